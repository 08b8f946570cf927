//! The premium plan: billing addresses, cards and invoices. The numbers are the card networks' test numbers.

use chrono::{Datelike, Days, Months, NaiveDate};
use rusqlite::{Connection, Result};

use super::chance::Chance;
use super::insert::insert;
use super::person::Person;

/// Writes `addresses`, `payment_cards` and `invoices` of a person who pays for the premium plan.
pub fn add(db: &Connection, person: &Person, chance: &mut Chance) -> Result<()> {
    let place = person.place;
    let address = insert!(
        db,
        addresses {
            street: place.street(chance),
            city: place.city,
            region: place.region,
            postal_code: place.postal_code(chance),
            country: place.country,
            updated_at: chance.moment(person.joined, person.until).to_string(),
        }
    )?;
    let started = chance.day(person.joined, person.until);
    let card = insert!(
        db,
        payment_cards {
            account_id: person.id,
            billing_address_id: address,
            card_number: format!("411111111111{:04}", chance.between(0, 9999)),
            holder: person.name,
            expires_on: (person.until
                + Months::new(u32::try_from(chance.between(2, 40)).unwrap_or(2)))
            .to_string(),
            added_on: started.to_string(),
        }
    )?;
    bill(db, person, card, started)
}

/// One invoice a month, from the start of the plan until now, 24 at most.
fn bill(db: &Connection, person: &Person, card: i64, started: NaiveDate) -> Result<()> {
    let (currency, amount) = if person.place.is_german() {
        ("EUR", 1_190)
    } else {
        ("USD", 1_290)
    };
    let months = (0..24)
        .map(|month| started + Months::new(month))
        .take_while(|day| *day <= person.until);
    for issued_on in months {
        insert!(
            db,
            invoices {
                payment_card_id: card,
                number: format!(
                    "PJS-{}{:02}-{:06}",
                    issued_on.year(),
                    issued_on.month(),
                    card
                ),
                description: "ProJobSector Premium, one month",
                amount_cents: amount,
                currency: currency,
                issued_on: issued_on.to_string(),
                paid_on: Some(issued_on + Days::new(1))
                    .filter(|day| *day <= person.until)
                    .map(|day| day.to_string()),
            }
        )?;
    }
    Ok(())
}
