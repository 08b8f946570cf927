//! What becomes of a request, as the law and the four-eyes rule say: small, slow and plain, to compare with.

use std::collections::{BTreeMap, BTreeSet};

use candor::accounts::model::Role;
use candor::requests::model::{Kind, Outcome, State};
use chrono::{Days, Months, NaiveDate};

/// Who moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// One of the people, by place.
    Person(usize),
    /// One of the staff, by place.
    Staff(usize),
}

/// What they try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    Withdraw,
    Answer,
    Appeal,
    Write,
    Ask,
    Decide(Outcome),
    Approve,
    SendBack,
    Extend,
}

/// A notice about a date: which, and of which date.
pub type Told = (&'static str, NaiveDate);

/// A request as it should be.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says one thing that has happened or not"
)]
pub struct Modelled {
    pub owner: usize,
    pub kind: Kind,
    pub is_british: bool,
    pub state: State,
    pub proposed: Option<Outcome>,
    /// Who stands for what was proposed or denied.
    pub stand: Vec<usize>,
    pub received: NaiveDate,
    pub due: NaiveDate,
    pub is_extended: bool,
    pub asked_on: Option<NaiveDate>,
    /// The day on which the due date was set that holds now.
    pub due_since: NaiveDate,
    pub appeal_of: Option<usize>,
    pub was_appealed: bool,
    pub was_reopened: bool,
    pub told: BTreeSet<Told>,
}

/// All requests, the roles of staff, and how many mails of each kind went to each person.
#[derive(Debug, Default)]
pub struct Model {
    pub requests: Vec<Modelled>,
    pub staff: Vec<Role>,
    pub mails: BTreeMap<(usize, &'static str), usize>,
    pub today: NaiveDate,
}

impl Modelled {
    pub fn is_closed(&self) -> bool {
        matches!(
            self.state,
            State::Denied | State::Completed | State::Withdrawn
        )
    }

    fn is_paused(&self) -> bool {
        self.is_british && self.state == State::WaitingForPerson
    }
}

impl Model {
    /// Whether somebody was asked a week ago, the clock stands still, and nobody has reminded them.
    pub fn is_waited_for(&self, at: usize) -> bool {
        let it = &self.requests[at];
        let is_due = |on: NaiveDate| on + Days::new(7) <= self.today;
        let is_told = |on| it.told.contains(&("unanswered", on));
        it.is_paused() && it.asked_on.is_some_and(|on| is_due(on) && !is_told(on))
    }

    /// Somebody was reminded of what was asked on that day, once.
    pub fn remind(&mut self, at: usize, asked_on: NaiveDate) {
        if self.requests[at].told.insert(("unanswered", asked_on)) {
            let is_due = asked_on + Days::new(7) <= self.today;
            assert!(is_due, "reminded too early");
            self.mail(at, "question_waits");
        }
    }

    fn mail(&mut self, at: usize, kind: &'static str) {
        let owner = self.requests[at].owner;
        *self.mails.entry((owner, kind)).or_default() += 1;
    }

    /// A request is filed and confirmed at once.
    pub fn file(&mut self, owner: usize, kind: Kind, appeal_of: Option<usize>, due: NaiveDate) {
        let is_british = owner == 1;
        self.requests.push(Modelled {
            owner,
            kind,
            is_british,
            state: State::Acknowledged,
            proposed: None,
            stand: Vec::new(),
            received: self.today,
            due,
            is_extended: false,
            asked_on: None,
            due_since: self.today,
            appeal_of,
            was_appealed: false,
            was_reopened: false,
            told: BTreeSet::new(),
        });
        self.mail(self.requests.len() - 1, "request_received");
    }

    /// The date of the answer to a request that is received today.
    pub fn first_due(&self, owner: usize) -> NaiveDate {
        match owner {
            1 => self.today + Months::new(1),
            _ => self.today + Days::new(45),
        }
    }

    /// Whether somebody may try that at all, whatever the request.
    fn may_try(&self, at: usize, who: Who, what: Move) -> bool {
        let by_person = matches!(what, Move::Withdraw | Move::Answer | Move::Appeal);
        match who {
            Who::Person(person) => by_person && self.requests[at].owner == person,
            Who::Staff(member) => match what {
                _ if by_person => false,
                Move::Approve | Move::SendBack => self.staff[member] == Role::Supervisor,
                _ => matches!(self.staff[member], Role::Agent | Role::Supervisor),
            },
        }
    }

    /// Makes a move, if it may be made; whether it was.
    pub fn make(&mut self, at: usize, who: Who, what: Move) -> bool {
        if !self.may_try(at, who, what) {
            return false;
        }
        let it = &self.requests[at];
        let is_open = !it.is_closed() && it.state != State::Executing;
        let member = match who {
            Who::Staff(member) => member,
            Who::Person(_) => usize::MAX,
        };
        match what {
            Move::Withdraw if is_open => {
                self.requests[at].state = State::Withdrawn;
                self.requests[at].proposed = None;
                self.mail(at, "request_withdrawn");
            }
            Move::Answer => {
                if self.requests[at].state == State::WaitingForPerson {
                    self.review(at);
                }
            }
            Move::Appeal => return self.may_appeal(at),
            Move::Write => self.mail(at, "request_message"),
            Move::Ask if is_open => {
                self.review(at);
                let today = self.today;
                let it = &mut self.requests[at];
                (it.state, it.proposed, it.asked_on) = (State::WaitingForPerson, None, Some(today));
                it.stand.clear();
                self.mail(at, "request_message");
            }
            Move::Decide(outcome) if is_open && it.proposed.is_none() => {
                return self.is_impartial(at, member, false) && self.decide(at, member, outcome);
            }
            Move::Approve if it.proposed.is_some() => return self.approve(at, member),
            Move::SendBack if it.proposed.is_some() => {
                self.requests[at].proposed = None;
                self.requests[at].stand.clear();
            }
            Move::Extend => return self.extend(at),
            _ => return false,
        }
        true
    }

    /// Staff look at it again: under a law that lets the clock stand still, the date moves by the days of waiting.
    fn review(&mut self, at: usize) {
        let today = self.today;
        let it = &mut self.requests[at];
        if it.is_paused() {
            let asked_on = it.asked_on.expect("it waits since some day");
            let days = (today - asked_on).num_days();
            if days > 0 {
                it.due = it.due + Days::new(u64::try_from(days).unwrap());
                it.due_since = today;
            }
        }
        if it.state != State::InReview {
            it.stand.clear();
        }
        it.state = State::InReview;
    }

    /// A denial takes two: it is proposed. All else is decided, and what is granted is done.
    fn decide(&mut self, at: usize, member: usize, outcome: Outcome) -> bool {
        self.review(at);
        if outcome == Outcome::Denied {
            self.requests[at].proposed = Some(outcome);
            self.requests[at].stand.push(member);
            return true;
        }
        // What is answered by the decision is told of once.
        if self.requests[at].kind != Kind::Access {
            self.mail(at, "request_decided");
        }
        match self.requests[at].kind {
            Kind::Access => {
                self.requests[at].state = State::Completed;
                self.mail(at, "request_completed");
            }
            Kind::Appeal => self.reopen(at),
            _ => self.requests[at].state = State::Executing,
        }
        true
    }

    /// What an appeal succeeded against is open again, until the day of the answer to the appeal.
    fn reopen(&mut self, at: usize) {
        self.requests[at].state = State::Completed;
        let due = self.requests[at].due;
        let against = self.requests[at].appeal_of.expect("it is an appeal");
        let today = self.today;
        let it = &mut self.requests[against];
        (it.state, it.proposed, it.due, it.due_since) = (State::InReview, None, due, today);
        it.stand.clear();
        it.was_reopened = true;
        self.mail(against, "request_reopened");
    }

    /// A supervisor who did not propose it.
    fn approve(&mut self, at: usize, member: usize) -> bool {
        if self.requests[at].stand.contains(&member) || !self.is_impartial(at, member, true) {
            return false;
        }
        let it = &mut self.requests[at];
        (it.state, it.proposed) = (State::Denied, None);
        it.stand.push(member);
        self.mail(at, "request_decided");
        true
    }

    /// Who denied something does not decide on the appeal, while others can.
    fn is_impartial(&self, at: usize, member: usize, as_second: bool) -> bool {
        let it = &self.requests[at];
        let Some(against) = it.appeal_of else {
            return true;
        };
        let had_part = &self.requests[against].stand;
        let can = |other: &usize| match self.staff[*other] {
            Role::Supervisor => true,
            Role::Agent => !as_second,
            _ => false,
        };
        let is_free = |other: &usize| !had_part.contains(other) && !it.stand.contains(other);
        let others = (0..self.staff.len()).filter(|it| can(it) && is_free(it));
        !had_part.contains(&member) || others.count() == 0
    }

    fn may_appeal(&mut self, at: usize) -> bool {
        let it = &mut self.requests[at];
        let may = it.state == State::Denied && it.kind != Kind::Appeal && !it.was_appealed;
        it.was_appealed |= may;
        may
    }

    /// Once, before the date has passed, to the last day that the law allows.
    fn extend(&mut self, at: usize) -> bool {
        let today = self.today;
        let it = &mut self.requests[at];
        let latest = if it.is_british {
            it.received + Months::new(3)
        } else {
            it.received + Days::new(90)
        };
        if it.is_closed() || it.is_extended || today > it.due || latest <= it.due {
            return false;
        }
        (it.due, it.is_extended, it.due_since) = (latest, true, today);
        self.mail(at, "request_extended");
        true
    }

    /// What was granted has been carried out.
    pub fn carry_out(&mut self) {
        for at in 0..self.requests.len() {
            if self.requests[at].state == State::Executing {
                self.requests[at].state = State::Completed;
                self.mail(at, "request_completed");
            }
        }
    }

    /// Of each open request, what must have been told by today since its date was set.
    pub fn must_be_told(&self, at: usize, last_day: impl Fn(NaiveDate) -> NaiveDate) -> Vec<Told> {
        let it = &self.requests[at];
        if it.is_closed() || it.is_paused() {
            return Vec::new();
        }
        let days = u64::try_from((it.due - it.received).num_days()).unwrap();
        let mut dates = vec![
            ("last_day", last_day(it.due)),
            ("late", it.due + Days::new(1)),
        ];
        if !it.was_reopened {
            dates.push(("half", it.received + Days::new(days / 2)));
            dates.push(("four_fifths", it.received + Days::new(days * 4 / 5)));
        }
        let is_due = |day: &NaiveDate| it.due_since < *day && *day <= self.today;
        let due = dates.into_iter().filter(|(_, day)| is_due(day));
        due.map(|(notice, _)| (notice, it.due)).collect()
    }
}
