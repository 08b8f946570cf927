//! What people and staff do while processes are killed. An answer of success is a claim that is checked in the end.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::support::{Actor, Answer};

/// What the portal has said to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Sale and sharing are off for that address.
    OptedOut(String),
    /// A request is on record.
    Filed(String),
    /// Whoever has that address lives in Germany now.
    Moved(String),
    /// The use that was objected to rested, and does so no more.
    Rested(String),
    /// A deletion is decided, and will be carried out.
    Approved(String),
    /// A correction is decided, and will be carried out.
    Corrected(String),
    /// Whoever has that address gets a package of their data.
    Packed(String),
    /// Whoever has that address has turned a use off.
    TurnedOff(String),
    /// A correction of a date of birth is decided, by which whoever has that address is a child.
    Younger { reference: String, email: String },
    /// What a parent allowed of a child with that address is on.
    Allowed(String),
    /// What others asked in somebody's name is confirmed by their account, or stopped.
    Answered { reference: String, is_theirs: bool },
    /// A deletion that was asked for while a source was away, and is planned when it is back.
    PlannedLater(String),
}

/// How long a server may take to come back, on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_mins(3);

/// So many times in vain, and kills pause until there is an answer: on a slow machine, what takes long would never
/// be answered between two of them.
const OFTEN: usize = 20;

/// How many have asked that often.
static HELD_UP: AtomicUsize = AtomicUsize::new(0);

/// Whether nobody has asked often in vain.
pub fn all_get_on() -> bool {
    HELD_UP.load(Ordering::Relaxed) == 0
}

/// Asks until there is an answer: a killed server is back soon.
pub async fn persist<F: Future<Output = Option<Answer>>>(ask: impl Fn() -> F) -> Answer {
    persist_until(ask, |_| true).await
}

/// Asks until there is an answer as it should be.
pub async fn persist_until<F: Future<Output = Option<Answer>>>(
    ask: impl Fn() -> F,
    is_right: impl Fn(&Answer) -> bool,
) -> Answer {
    let mut last = "no answer".to_owned();
    let begun = Instant::now();
    let mut times = 0;
    while begun.elapsed() < PATIENCE {
        match ask().await {
            Some(answer) if answer.status < 500 && is_right(&answer) => {
                HELD_UP.fetch_sub(usize::from(times >= OFTEN), Ordering::Relaxed);
                return answer;
            }
            Some(answer) => last = answer.text(),
            None => {}
        }
        times += 1;
        HELD_UP.fetch_add(usize::from(times == OFTEN), Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    HELD_UP.fetch_sub(1, Ordering::Relaxed);
    panic!("the server did not come back: {last}");
}

/// Opts out without an account.
pub async fn opt_out(visitor: &Actor, email: &str) -> Claim {
    let fields = [("email", email)];
    let answer = persist(|| visitor.try_post("/do-not-sell", &fields)).await;
    answer.location();
    Claim::OptedOut(email.to_owned())
}

/// Asks a question about one's data.
pub async fn file_access(person: &Actor) -> Claim {
    let fields = [("question", "What did your support note about my call?")];
    let answer = persist(|| person.try_post("/requests/new/access", &fields)).await;
    Claim::Filed(reference_of(&answer))
}

/// Lives elsewhere from now on, where more takes a consent.
pub async fn move_away(person: &Actor, email: &str) -> Claim {
    let fields = [("residence", "de")];
    let answer = persist(|| person.try_post("/account/residence", &fields)).await;
    answer.location();
    Claim::Moved(email.to_owned())
}

/// Objects to a use, which rests from then on, and takes it back, so that it goes on.
pub async fn object(person: &Actor) -> [Claim; 2] {
    let fields = [
        ("activity", "security"),
        ("why", "My work needs me unseen."),
    ];
    let filed = persist(|| person.try_post("/requests/new/objection", &fields)).await;
    let reference = reference_of(&filed);
    let withdraw = format!("/requests/{reference}/withdraw");
    let ended = persist(|| person.try_post(&withdraw, &[])).await;
    // When the answer was lost, it is withdrawn already.
    assert!(matches!(ended.status, 303 | 409), "{}", ended.text());
    [Claim::Filed(reference.clone()), Claim::Rested(reference)]
}

/// Has everything erased: filed by the person, proposed by one staff member, approved by another.
pub async fn erase(person: &Actor, first: &Actor, second: &Actor) -> Claim {
    let plan = "/requests/new/deletion/plan?everything=yes";
    let page = persist(|| person.try_get(plan)).await;
    let fields = page.fill(plan, &[]);
    let fields = borrowed(&fields);
    let filed = persist(|| person.try_post(plan, &fields)).await;
    let reference = reference_of(&filed);
    agree(&reference, first, second).await;
    Claim::Approved(reference)
}

/// What was asked for is granted by one staff member and, where it takes two, approved by another.
pub async fn agree(reference: &str, first: &Actor, second: &Actor) {
    let url = format!("/staff/requests/{reference}");
    for (staff, action) in [(first, "decide"), (second, "approve")] {
        let action = format!("{url}/{action}");
        // When the answer was lost, the page shows that it was done.
        loop {
            let page = persist(|| staff.try_get(&url)).await;
            if page
                .attributes(&format!("form[action='{action}']"), "action")
                .is_empty()
            {
                break;
            }
            let mut names = page.attributes("input[type=radio]", "name");
            names.dedup();
            let accepted: Vec<_> = names
                .iter()
                .map(|name| (name.as_str(), "accepted"))
                .collect();
            let fields = page.fill(&action, &accepted);
            let fields = borrowed(&fields);
            let done = persist(|| staff.try_post(&action, &fields)).await;
            assert!(matches!(done.status, 303 | 409), "{}", done.text());
        }
    }
}

fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

/// The reference of what was filed, or had been filed when the first answer was lost.
#[track_caller]
pub fn reference_of(filed: &Answer) -> String {
    if filed.status == 409 {
        let text = filed.text();
        let start = text.find("PR-").unwrap();
        return text[start..start + "PR-0000-0000".len()].to_owned();
    }
    let path = filed.location().strip_prefix("/requests/").unwrap();
    path.strip_suffix("/filed").unwrap().to_owned()
}
