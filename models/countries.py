"""Countries by their names in ISO 3166-1, with the other names by which registers and reviews call them."""

import unicodedata

_NAMES = """
Afghanistan; Albania; Algeria; Andorra; Angola; Antigua and Barbuda; Argentina; Armenia; Australia; Austria; Azerbaijan;
Bahamas = The Bahamas; Bahrain; Bangladesh; Barbados; Belarus; Belgium; Belize; Benin; Bhutan;
Bolivia = Bolivia, Plurinational State of = Bolivia (Plurinational State of); Bosnia and Herzegovina = Bosnia and Herzegowina;
Botswana; Brazil = Brasil; Brunei = Brunei Darussalam; Bulgaria; Burkina Faso; Burundi; Cabo Verde = Cape Verde; Cambodia;
Cameroon; Canada; Central African Republic; Chad; Chile; China = People's Republic of China = Mainland China; Colombia;
Comoros; Congo = Republic of the Congo; Costa Rica; Croatia = Hrvatska; Cuba; Cyprus; Czechia = Czech Republic;
Côte d'Ivoire = Ivory Coast;
Democratic Republic of the Congo = Congo, The Democratic Republic of the = Congo, Democratic Republic = DR Congo;
Denmark; Djibouti; Dominica; Dominican Republic; Ecuador; Egypt; El Salvador; Equatorial Guinea; Eritrea; Estonia;
Eswatini = Swaziland; Ethiopia; Fiji; Finland; France; French Guiana; Gabon; Gambia = The Gambia; Georgia;
Germany = Deutschland; Ghana; Greece = Hellas; Grenada; Guadeloupe; Guatemala; Guinea; Guinea-Bissau; Guyana; Haiti; Honduras;
Hong Kong = Hong Kong SAR China; Hungary; Iceland; India; Indonesia;
Iran = Iran, Islamic Republic of = Iran (Islamic Republic of) = Islamic Republic of Iran; Iraq; Ireland = Republic of Ireland;
Israel; Italy = Italia; Jamaica; Japan; Jordan; Kazakhstan; Kenya; Kiribati; Kosovo; Kuwait; Kyrgyzstan;
Laos = Lao People's Democratic Republic; Latvia; Lebanon; Lesotho; Liberia; Libya = Libyan Arab Jamahiriya; Liechtenstein;
Lithuania; Luxembourg; Macao = Macau; Madagascar; Malawi; Malaysia; Maldives; Mali; Malta; Marshall Islands; Martinique;
Mauritania; Mauritius; Mexico = México; Micronesia = Micronesia, Federated States of;
Moldova = Moldova, Republic of = Republic of Moldova; Monaco; Mongolia; Montenegro; Morocco; Mozambique; Myanmar = Burma;
Namibia; Nauru; Nepal; Netherlands = The Netherlands = Holland; New Caledonia; New Zealand; Nicaragua; Niger; Nigeria;
North Korea = Korea, Democratic People's Republic of;
North Macedonia = Macedonia = Macedonia, The Former Yugoslav Republic of; Norway; Oman; Pakistan; Palau;
Palestine = Palestine, State of = Palestinian Territory, Occupied = Palestinian Territories; Panama; Papua New Guinea;
Paraguay; Peru = Perú; Philippines; Poland; Portugal; Puerto Rico; Qatar; Romania;
Russia = Russian Federation; Rwanda; Réunion; Saint Kitts and Nevis; Saint Lucia; Saint Vincent and the Grenadines; Samoa;
San Marino; Sao Tome and Principe; Saudi Arabia; Senegal; Serbia; Seychelles; Sierra Leone; Singapore; Slovakia;
Slovenia; Solomon Islands; Somalia; South Africa;
South Korea = Korea, Republic of = Republic of Korea = Korea, South = Korea; South Sudan; Spain = España; Sri Lanka; Sudan;
Suriname; Sweden; Switzerland; Syria = Syrian Arab Republic; Taiwan = Taiwan, Province of China = Taiwan, Province Of China;
Tajikistan; Tanzania = Tanzania, United Republic of = United Republic of Tanzania; Thailand; Timor-Leste = East Timor; Togo;
Tonga; Trinidad and Tobago; Tunisia; Turkey = Türkiye = Turkiye; Turkmenistan; Tuvalu; Uganda; Ukraine; United Arab Emirates;
United Kingdom = UK = Great Britain = United Kingdom of Great Britain and Northern Ireland = England = Scotland = Wales =
Northern Ireland;
United States = United States of America = USA = US; Uruguay; Uzbekistan; Vanuatu; Vatican City = Holy See;
Venezuela = Venezuela, Bolivarian Republic of = Venezuela (Bolivarian Republic of); Vietnam = Viet Nam; Yemen; Zambia; Zimbabwe
"""
COUNTRIES: dict[str, str] = {}
"""The first name of each country by all its names, without accents and in small letters."""


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(item for item in letters if not unicodedata.combining(item)).replace("’", "'").split())


for _country in _NAMES.split(";"):
    _first, *_others = (" ".join(name.split()) for name in _country.split("="))
    COUNTRIES |= {_plain(name): _first for name in (_first, *_others)}


def country_named(text: str) -> str | None:
    """The country that a name means, by its first name; None if no country is called so."""
    return COUNTRIES.get(_plain(text))
