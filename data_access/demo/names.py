"""Invented names. A combination that belongs to somebody is chance."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FEMALE = _words(
    """
    Abigail Adaeze Aisha Alejandra Alice Amara Anjali Anna Beatriz Bianca Camila Carmen
    Charlotte Chiara Chloe Claire Dalia Deborah Elena Eleni Elise Emma Esther Fatima Fiona Freya
    Gabriela Grace Hana Helena Imani Ines Irina Isabel Jamila Jasmine Joanna Judith Karen Katya
    Keiko Laila Laura Leila Lucia Malika Margaret Maria Mei Mina Miriam Nadia Naomi Nia Nina
    Noor Olga Olivia Paloma Patricia Priya Rachel Renata Ruth Samira Sara Shanice Simone Sofia
    Susan Tamara Teresa Thandiwe Uma Valeria Vera Wanda Xenia Yasmin Yuki Zainab Zoe
    """
)
MALE = _words(
    """
    Aaron Abdul Adrian Ahmed Alexei Andre Anthony Antonio Arjun Benjamin Bilal Brian Carlos
    Cedric Charles Chen Cyrus Daniel Darnell David Dmitri Edgar Eduardo Elias Emeka Ethan Felix
    Francis Frank George Gustavo Hamid Harold Henry Hiroshi Hugo Ibrahim Ivan Jamal James Javier
    Jerome Joaquin John Jonah Joseph Kareem Kenji Kevin Kwame Lars Leo Liam Lorenzo Louis Malik
    Marcus Martin Mateo Michael Miguel Nikolai Noah Oliver Omar Oscar Patrick Paul Peter Rafael
    Raj Robert Samuel Sanjay Sergio Simon Stefan Terrence Thomas Victor Walter William Xavier
    Yusuf Zachary
    """
)
FAMILY = _words(
    """
    Abara Abbott Adler Aguilar Ahmadi Akhtar Alder Alvarez Amari Anders Ashby Atwater Baker
    Banerjee Barlow Bautista Becker Benitez Bergman Bishop Blackwood Boateng Bowen Brandt Brook
    Calder Carver Castillo Chandra Cheng Chopra Clarke Cohen Coleman Contreras Crane Cruz Dalton
    Danso Delgado Desai Dixon Dube Duran Eastman Ekström Ellis Espinoza Farouk Feldman Fernandez
    Fischer Flores Foster Fraser Garner Gomez Goodwin Grant Greenberg Grove Haddad Hale Hamilton
    Harper Hassan Hayes Heller Hernandez Hoang Holloway Huang Hussein Ito Jackson Jansen Jimenez
    Johansson Jones Kapoor Karim Keller Khan Kim Kowalski Kumar Lake Larsen Lavoie Lee Levin Li
    Lindgren Lopez Lowell Maddox Malone Marchetti Martinez Mbeki Mendoza Meyer Miller Mishra
    Moreno Morris Mwangi Nakamura Navarro Nguyen Nolan Novak Nwosu Obi Okafor Okoye Olsen Ortega
    Osei Owens Palmer Park Patel Perez Petrov Phan Popov Porter Quinn Rahman Ramirez Rao Reyes
    Rivera Roberts Rossi Roy Russo Salazar Sandoval Santos Sato Schmidt Sharma Shaw Silva Singh
    Sokolov Soto Stone Suarez Suzuki Tanaka Taylor Tran Turner Vargas Vega Vogel Wade Walker
    Wang Watanabe Weiss Wells West Whitfield Wong Wright Wu Yamada Yilmaz Young Zamora Zhang
    Ziegler
    """
)
