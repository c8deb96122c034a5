"""The summary of an infusion's vital signs."""

from clinical.vitals import NO_MEASUREMENTS, Measurement, VitalSummary, summarise


def test_rises_are_the_highest_later_value_minus_the_first():
    summary = summarise(
        [
            Measurement(120, 75, 98.0, 5),
            Measurement(138, 88, 95.5, 4),
            Measurement(131, 90, 97.0, 3),
            Measurement(122, 76, 98.0, 5),
        ]
    )
    assert summary == VitalSummary(
        systolic_rise=18,
        diastolic_rise=15,
        peak_systolic=138,
        peak_diastolic=90,
        lowest_spo2=95.5,
        deepest_sedation=3,
        sustained_systolic=131,
        sustained_diastolic=88,
    )


def test_a_pressure_that_only_fell_has_a_negative_rise():
    summary = summarise([Measurement(150, 95, None, None), Measurement(141, 90, None, None)])
    assert (summary.systolic_rise, summary.peak_systolic) == (-9, 150)
    assert (summary.diastolic_rise, summary.peak_diastolic) == (-5, 95)


def test_one_value_is_a_peak_and_no_rise():
    summary = summarise([Measurement(120, 75, 99.0, 5)])
    assert summary == VitalSummary(None, None, 120, 75, 99.0, 5, None, None)


def test_missing_values_are_passed_over():
    summary = summarise(
        [
            Measurement(None, 80, None, None),
            Measurement(120, None, 97.0, None),
            Measurement(130, None, None, 0),
        ]
    )
    assert summary == VitalSummary(10, None, 130, 80, 97.0, 0, 120, None)


def test_no_measurements():
    assert summarise([]) == NO_MEASUREMENTS


def test_sustained_is_what_two_readings_in_a_row_reached():
    once = [Measurement(value, None, None, None) for value in (130, 192, 150, 181)]
    twice = [Measurement(value, None, None, None) for value in (130, 185, 182, 150)]
    assert summarise(once).sustained_systolic == 150
    assert summarise(twice).sustained_systolic == 182
