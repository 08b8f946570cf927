//! Where the sample people live. Telephone numbers come from the ranges kept for fiction.

use super::chance::Chance;

/// A town, with what an address there looks like.
pub struct Place {
    /// `us-ca`, `us-tx`, …, `de`; `unknown` for people who never said.
    pub residence: &'static str,
    /// Two-letter country; empty when unknown.
    pub country: &'static str,
    /// Two-letter state; empty outside the United States.
    pub state: &'static str,
    pub region: &'static str,
    pub city: &'static str,
    /// The postal code without its last two digits.
    postal: &'static str,
    /// Area code, after the country's own.
    dial: &'static str,
}

const fn us(
    state: &'static str,
    residence: &'static str,
    region: &'static str,
    town: [&'static str; 3],
) -> Place {
    let [city, postal, dial] = town;
    Place {
        residence,
        country: "US",
        state,
        region,
        city,
        postal,
        dial,
    }
}

const fn de(region: &'static str, town: [&'static str; 3]) -> Place {
    let [city, postal, dial] = town;
    Place {
        residence: "de",
        country: "DE",
        state: "",
        region,
        city,
        postal,
        dial,
    }
}

pub const CALIFORNIA: &[Place] = &[
    us("CA", "us-ca", "California", ["Oakland", "946", "510"]),
    us("CA", "us-ca", "California", ["Sacramento", "958", "916"]),
    us("CA", "us-ca", "California", ["San Diego", "921", "619"]),
    us("CA", "us-ca", "California", ["Fresno", "937", "559"]),
    us("CA", "us-ca", "California", ["Long Beach", "908", "562"]),
    us("CA", "us-ca", "California", ["San Jose", "951", "408"]),
    us("CA", "us-ca", "California", ["Riverside", "925", "951"]),
    us("CA", "us-ca", "California", ["Santa Rosa", "954", "707"]),
];

pub const OTHER_STATES: &[Place] = &[
    us("TX", "us-tx", "Texas", ["Austin", "787", "512"]),
    us("TX", "us-tx", "Texas", ["El Paso", "799", "915"]),
    us("TX", "us-tx", "Texas", ["Houston", "770", "713"]),
    us("CO", "us-co", "Colorado", ["Denver", "802", "303"]),
    us("VA", "us-va", "Virginia", ["Richmond", "232", "804"]),
    us("NY", "us-ny", "New York", ["Rochester", "146", "585"]),
    us("WA", "us-wa", "Washington", ["Tacoma", "984", "253"]),
    us("OR", "us-or", "Oregon", ["Portland", "972", "503"]),
    us("CT", "us-ct", "Connecticut", ["Hartford", "061", "860"]),
    us("FL", "us-fl", "Florida", ["Tampa", "336", "813"]),
];

pub const GERMANY: &[Place] = &[
    de("Berlin", ["Berlin", "104", "30"]),
    de("Hamburg", ["Hamburg", "203", "40"]),
    de("Bayern", ["München", "803", "89"]),
    de("Nordrhein-Westfalen", ["Köln", "506", "221"]),
    de("Hessen", ["Frankfurt am Main", "603", "69"]),
];

pub const UNKNOWN: Place = Place {
    residence: "unknown",
    country: "",
    state: "",
    region: "",
    city: "",
    postal: "",
    dial: "",
};

const US_STREETS: &[&str] = &[
    "Alder Street",
    "Birchwood Avenue",
    "Canyon Road",
    "Dogwood Lane",
    "Elm Court",
    "Foothill Drive",
    "Grove Street",
    "Harbor View Road",
    "Juniper Avenue",
    "Lakeside Drive",
    "Meadow Lane",
    "Orchard Street",
    "Prairie Road",
    "Quarry Street",
    "Sycamore Avenue",
    "Willow Court",
];

const DE_STREETS: &[&str] = &[
    "Ahornweg",
    "Am Stadtpark",
    "Birkenallee",
    "Brunnenstraße",
    "Gartenweg",
    "Lindenstraße",
    "Mühlenweg",
    "Rosenstraße",
    "Schillerplatz",
    "Ulmenstraße",
];

impl Place {
    /// A town for one person: about 45 of 100 are in California, 15 in Germany, 5 nowhere known.
    pub fn for_someone(chance: &mut Chance) -> &'static Place {
        match chance.between(1, 100) {
            1..=45 => chance.one_of(CALIFORNIA),
            46..=80 => chance.one_of(OTHER_STATES),
            81..=95 => chance.one_of(GERMANY),
            _ => &UNKNOWN,
        }
    }

    pub fn is_known(&self) -> bool {
        !self.country.is_empty()
    }

    pub fn is_german(&self) -> bool {
        self.country == "DE"
    }

    pub fn street(&self, chance: &mut Chance) -> String {
        if self.is_german() {
            format!("{} {}", chance.one_of(DE_STREETS), chance.between(1, 120))
        } else {
            format!("{} {}", chance.between(10, 9900), chance.one_of(US_STREETS))
        }
    }

    pub fn postal_code(&self, chance: &mut Chance) -> String {
        format!("{}{:02}", self.postal, chance.between(1, 40))
    }

    pub fn phone(&self, chance: &mut Chance) -> String {
        if self.is_german() {
            format!("+49 {} 23125 {:03}", self.dial, chance.between(0, 999))
        } else {
            format!("+1 {} 555 01{:02}", self.dial, chance.between(0, 99))
        }
    }
}
