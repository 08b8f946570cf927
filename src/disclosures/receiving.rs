//! Who receives data at all, as the register declares it: the two lists that the law asks for (Cal. Civ. Code
//! 1798.110(c), 1798.115(a)).

use crate::choices::Stopped;
use crate::register::{Activity, Category, Recipient, RecipientRole, Register, covers};

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
    /// Whether some data are not given, as they are kept and not used.
    pub is_restricted: bool,
}

/// To whom data are sold or shared, and to whom they are disclosed for a business purpose. A recipient that gets them
/// for both stands in both lists, in each with the data of those uses. What the person has stopped is said behind the
/// purpose.
pub fn lists<'a>(register: &'a Register, stopped: &Stopped) -> (Vec<Line<'a>>, Vec<Line<'a>>) {
    let of = |sold: bool| {
        let recipients = register.recipients.iter();
        let lines = recipients.filter_map(|it| line(register, it, (sold, stopped)));
        let marked = lines.map(|mut line| {
            stopped.mark_activities(&mut line.purposes);
            line
        });
        marked.collect()
    };
    (of(true), of(false))
}

fn line<'a>(
    register: &'a Register,
    recipient: &'a Recipient,
    (sold, stopped): (bool, &Stopped),
) -> Option<Line<'a>> {
    let keys = recipient.activities.iter();
    let all: Vec<_> = keys.filter_map(|key| register.activity(key)).collect();
    if all.is_empty() {
        // Nothing says that it buys them, and it would stand in no list otherwise.
        let purposes = vec![recipient.purpose.clone()];
        let given = given(register, recipient).collect();
        let is_restricted = !stopped.not_used().is_empty();
        return (!sold).then(|| Line::new(recipient, given, (purposes, is_restricted)));
    }
    let is_for = |it: &&Activity| it.sale_or_sharing == sold;
    let (these, others): (Vec<_>, Vec<_>) = all.into_iter().partition(is_for);
    let use_it = |some: &[&Activity], it: &Category| some.iter().any(|one| uses(one, &it.key));
    // What no use of either kind names is given for each.
    let is_for_these = |it: &&Category| use_it(&these, it) || !use_it(&others, it);
    let given = given(register, recipient).filter(is_for_these).collect();
    let purposes = these.iter().map(|it| it.title.clone()).collect();
    let is_restricted = these.iter().any(|it| stopped.is_restricted(it));
    (!these.is_empty()).then(|| Line::new(recipient, given, (purposes, is_restricted)))
}

/// Whether an activity uses data of that category. One that names none may use any.
fn uses(activity: &Activity, category: &str) -> bool {
    let mut named = activity.categories.iter();
    activity.categories.is_empty() || named.any(|it| covers(it, category) || covers(category, it))
}

/// The titles of the categories that it gets.
pub(super) fn data<'a>(register: &'a Register, recipient: &Recipient) -> Vec<&'a str> {
    let given: Vec<_> = given(register, recipient).collect();
    titles(&given)
}

fn given<'a>(register: &'a Register, recipient: &Recipient) -> impl Iterator<Item = &'a Category> {
    recipient.categories.iter().flat_map(|key| {
        let beneath = register.categories.iter();
        let beneath = beneath.filter(move |it| covers(key, &it.key));
        beneath.chain(register.category_of(key))
    })
}

fn titles<'a>(categories: &[&'a Category]) -> Vec<&'a str> {
    let mut titles: Vec<_> = categories.iter().map(|it| it.title.as_str()).collect();
    titles.sort_unstable();
    titles.dedup();
    titles
}

impl<'a> Line<'a> {
    fn new(
        recipient: &'a Recipient,
        mut given: Vec<&'a Category>,
        (purposes, is_restricted): (Vec<String>, bool),
    ) -> Self {
        let data = titles(&given);
        // In the order of the statute's letters.
        given.sort_unstable_by_key(|it| it.letter.as_str());
        let mut statutory: Vec<_> = given.into_iter().map(Category::statutory).collect();
        statutory.dedup();
        Line {
            recipient,
            data,
            statutory,
            purposes,
            // What the law makes us give goes on (GDPR Art. 18(2)).
            is_restricted: is_restricted && !is_public_body(recipient),
        }
    }

    /// Whether the law makes us give it to them, so that nobody can stop it.
    pub fn is_public_body(&self) -> bool {
        is_public_body(self.recipient)
    }
}

fn is_public_body(recipient: &Recipient) -> bool {
    recipient.role == RecipientRole::Authority
}
