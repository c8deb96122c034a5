"""Side-effect terms in one canonical form.

Names follow CTCAE v5 where it has the term, else MedDRA's preferred term (Dissociation, Feeling
drunk, ...); spelling is theirs, American. Staff write what they hear; the synonyms below bring
common words together. The term as written stays in the record.
"""

_WORDS: dict[str, str] = {
    # Mind and perception
    "Agitation": "agitated, restlessness, restless, fidgety",
    "Amnesia": "memory gap, blackout, lost memory of the infusion, memory loss",
    "Anxiety": "anxious, nervous, nervousness, nervous feeling, fear, fearful, feeling anxious, "
    "apprehension, worried, scared, frightened",
    "Confusion": "confused, disoriented, disorientated, disorientation, muddled",
    "Concentration impairment": "poor concentration, difficulty concentrating, cannot concentrate, "
    "impaired concentration, brain fog, foggy",
    "Crying": "tearful, tearfulness, tears, weeping, cried",
    "Dissociation": "dissociated, dissociative, dissociative symptoms, dissociative episode, "
    "dissociative experience, spaced out, spacey, spacy, floating, floaty, feeling of floating, "
    "out of body, out-of-body experience, out of body experience, k-hole, k hole, detached, "
    "detachment, feeling detached, feeling unreal, unreality, depersonalization, "
    "depersonalisation, derealization, derealisation, trippy",
    "Euphoria": "euphoric, elated, elation, feeling high, high",
    "Feeling abnormal": "feeling strange, strange, feeling weird, weird, feeling odd, loopy",
    "Feeling drunk": "drunk, drunk feeling, intoxicated",
    "Hallucinations": "hallucination, hallucinating, seeing things, hearing voices, visions, "
    "visual hallucination, visual hallucinations, auditory hallucination, "
    "auditory hallucinations",
    "Insomnia": "sleeplessness, cannot sleep, trouble sleeping, poor sleep",
    "Irritability": "irritable, short-tempered",
    "Mania": "manic, hypomania, hypomanic",
    "Nightmare": "nightmares, bad dreams, vivid dreams",
    "Panic attack": "panic, panicking, panic attacks",
    "Psychosis": "psychotic, paranoia, paranoid, delusions",
    "Suicidal ideation": "suicidal thoughts, suicidal, thoughts of suicide, si",
    # Wakefulness, nerves and senses
    "Ataxia": "poor coordination, uncoordinated, incoordination, clumsy",
    "Blurred vision": "blurry vision, vision blurred, blurred sight, blurry, blurred",
    "Depressed level of consciousness": "loss of consciousness, unconscious, unresponsive, "
    "oversedation, over-sedated",
    "Diplopia": "double vision, seeing double",
    "Dizziness": "dizzy, light-headed, lightheaded, light headed, light-headedness, "
    "lightheadedness, light headedness, giddy, giddiness, unsteady, feeling dizzy, woozy",
    "Dysarthria": "slurred speech, difficulty speaking, slurring, speech slurred",
    "Dysgeusia": "metallic taste, bad taste, taste change, altered taste, odd taste",
    "Fatigue": "tired, tiredness, exhausted, exhaustion, worn out, weary",
    "Gait disturbance": "unsteady gait, trouble walking, difficulty walking, unsteady walking",
    "Headache": "head ache, sore head, cephalgia, cephalalgia, headaches, head pain",
    "Nystagmus": "flickering eyes, jerky eyes",
    "Paresthesia": "paraesthesia, numb, numbness, tingling, tingly, pins and needles, "
    "hypoesthesia, hypoaesthesia",
    "Photophobia": "light sensitivity, sensitivity to light, sensitive to light",
    "Seizure": "seizures, convulsion, convulsions",
    "Somnolence": "drowsy, drowsiness, sleepy, sleepiness, sedation, sedated, groggy, grogginess, "
    "lethargy, lethargic",
    "Syncope": "fainted, fainting, passed out",
    "Presyncope": "near fainting, faint, feeling faint, about to faint",
    "Tinnitus": "ringing in the ears, ringing ears, ringing in ears",
    "Tremor": "shaking, shaky, trembling, tremors, shakes",
    "Vertigo": "spinning, room spinning, spinning sensation",
    # Heart, circulation and breathing
    "Hypertension": "high blood pressure, raised blood pressure, increased blood pressure, "
    "blood pressure increased, elevated blood pressure, raised bp, high bp, elevated bp, "
    "bp increase",
    "Hypotension": "low blood pressure, low bp, blood pressure drop, bp drop",
    "Palpitations": "palpitation, racing heart, heart racing, pounding heart, heart pounding",
    "Sinus bradycardia": "bradycardia, slow heart rate, low heart rate, slow pulse",
    "Sinus tachycardia": "tachycardia, fast heart rate, high heart rate, rapid pulse, fast pulse",
    "Chest pain": "chest tightness, chest pressure, tight chest, chest discomfort",
    "Dyspnea": "dyspnoea, short of breath, shortness of breath, breathless, breathlessness, "
    "trouble breathing, difficulty breathing",
    "Hypoxia": "low oxygen, low spo2, desaturation, low oxygen saturation, oxygen desaturation",
    # Stomach, mouth and bowels
    "Abdominal pain": "stomach ache, stomachache, tummy ache, stomach pain, stomach cramps, "
    "belly pain",
    "Anorexia": "loss of appetite, no appetite, decreased appetite, poor appetite",
    "Constipation": "constipated",
    "Diarrhea": "diarrhoea, loose stools, loose stool",
    "Dry mouth": "mouth dryness, dryness of mouth, xerostomia, cotton mouth",
    "Nausea": "feeling sick, sick to stomach, sick to my stomach, nauseous, nauseated, queasy, "
    "queasiness, upset stomach, sick feeling, felt sick",
    "Salivary hypersecretion": "drooling, excess saliva, hypersalivation, sialorrhea, "
    "sialorrhoea, increased salivation",
    "Vomiting": "throwing up, threw up, vomited, vomit, emesis, being sick, was sick, puking",
    # Skin, body and the place of the needle
    "Allergic reaction": "allergy, hypersensitivity, allergic",
    "Chills": "shivering, shivers, rigors",
    "Feeling cold": "felt cold",
    "Flushing": "flushed, hot flush, hot flash, feeling hot, hot flushes, hot flashes",
    "Hyperhidrosis": "sweating, sweaty, excessive sweating, diaphoresis, perspiration, sweats",
    "Infusion site extravasation": "extravasation, infiltration, tissued, tissued cannula",
    "Injection site reaction": "infusion site reaction, injection site pain, infusion site pain, "
    "iv site pain, sore arm, redness at iv site",
    "Muscle cramp": "muscle cramps, muscle spasm, muscle spasms, muscle tightness",
    "Pruritus": "itch, itching, itchy, itchiness",
    "Rash": "skin rash",
    "Urticaria": "hives",
    # Bladder
    "Cystitis noninfective": "cystitis, bladder pain, painful bladder",
    "Dysuria": "painful urination, burning urination, pain passing urine",
    "Urinary frequency": "frequent urination, passing urine often",
    "Urinary retention": "cannot pass urine, unable to urinate, difficulty urinating",
    "Urinary urgency": "urgency, urgent urination",
}


def _normalised(written: str) -> str:
    """Lower case, single spaces."""
    return " ".join(written.split()).casefold()


def _synonyms() -> dict[str, str]:
    table = {}
    for canonical, words in _WORDS.items():
        for word in (canonical, *words.split(",")):
            table[_normalised(word)] = canonical
    return table


SYNONYMS = _synonyms()
"""Canonical term by each known way to write it (lower case, single spaces)."""


def canonical_term(written: str) -> str:
    """The canonical form of a side-effect term.

    Case and surrounding or repeated space are ignored. A term that the table does not know stands
    for itself, written with a capital first letter and the rest small, so that "foot ACHE" and
    "Foot ache" are counted as one.
    """
    word = _normalised(written)
    return SYNONYMS.get(word) or word[:1].upper() + word[1:]
