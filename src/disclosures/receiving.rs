//! Who receives data at all, as the register declares it: the two lists that the law asks for (Cal. Civ. Code
//! 1798.110(c), 1798.115(a)).

use crate::choices::Stopped;
use crate::register::{Category, Recipient, RecipientRole, Register, covers};

/// A recipient as people read it.
pub struct Line<'a> {
    /// Who.
    pub recipient: &'a Recipient,
    /// Categories of data, as people call them.
    pub data: Vec<&'a str>,
    /// The same as the statute calls them.
    pub statutory: Vec<String>,
    /// What they are given for.
    pub purposes: Vec<String>,
}

/// To whom data are sold or shared, and to whom they are disclosed for a business purpose. A recipient that gets them
/// for both stands in both lists. What the person has stopped is said behind the purpose.
pub fn lists<'a>(register: &'a Register, stopped: &Stopped) -> (Vec<Line<'a>>, Vec<Line<'a>>) {
    let of = |sold: bool| {
        let lines = register.recipients.iter().filter_map(|recipient| {
            let activities = recipient.activities.iter();
            let activities = activities.filter_map(|key| register.activity(key));
            let mut purposes: Vec<_> = activities
                .filter(|it| it.sale_or_sharing == sold)
                .map(|it| it.title.clone())
                .collect();
            stopped.mark_activities(&mut purposes);
            (!purposes.is_empty()).then(|| Line {
                recipient,
                data: data(register, recipient),
                statutory: statutory(register, recipient),
                purposes,
            })
        });
        lines.collect()
    };
    (of(true), of(false))
}

/// The titles of the categories that it gets.
pub(super) fn data<'a>(register: &'a Register, recipient: &Recipient) -> Vec<&'a str> {
    let mut titles: Vec<_> = categories(register, recipient)
        .map(|it| it.title.as_str())
        .collect();
    titles.sort_unstable();
    titles.dedup();
    titles
}

/// What the statute calls them, in the order of its letters.
fn statutory(register: &Register, recipient: &Recipient) -> Vec<String> {
    let mut found: Vec<_> = categories(register, recipient).collect();
    found.sort_unstable_by_key(|it| it.letter.as_str());
    let mut names: Vec<_> = found.into_iter().map(Category::statutory).collect();
    names.dedup();
    names
}

fn categories<'a>(
    register: &'a Register,
    recipient: &Recipient,
) -> impl Iterator<Item = &'a Category> {
    recipient.categories.iter().flat_map(move |key| {
        let beneath = register.categories.iter();
        let beneath = beneath.filter(move |it| covers(key, &it.key));
        beneath.chain(register.category_of(key))
    })
}

impl Line<'_> {
    /// Whether the law makes us give it to them, so that nobody can stop it.
    pub fn is_public_body(&self) -> bool {
        self.recipient.role == RecipientRole::Authority
    }
}
