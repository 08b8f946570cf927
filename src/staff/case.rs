//! All that the page of a request shows.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::notes::{self, Note};
use super::{lookers, package_pages, queries};
use crate::accounts::guard::StaffMember;
use crate::accounts::model::StaffRow;
use crate::accounts::queries::{find_person, list_identities};
use crate::accounts::unopened;
use crate::app::App;
use crate::audit::views;
use crate::db::AnyConnection;
use crate::db::schema::events;
use crate::disclosures::queries::{self as told, Told};
use crate::disclosures::untold::{self, Untold};
use crate::drp::{self, claims::AboutPerson};
use crate::error::AppResult;
use crate::jobs::JobRow;
use crate::manual::{
    self,
    model::{Task, system_name},
};
use crate::my_data::set_aside::SetAside;
use crate::my_data::statements::{Statement, Statements};
use crate::register::{CollectionKey, SourceKind};
use crate::requests::agents::{self, queries::Named};
use crate::requests::appeal_letters::{self, Reach};
use crate::requests::denial::{self, Denial};
use crate::requests::details::{self, Details, OpenItem};
use crate::requests::earlier::{self, Opened};
use crate::requests::flags::{self, FlagKind, OpenFlag};
use crate::requests::held_since::{self, HeldSince};
use crate::requests::model::{Action, Approval, Line, Party, Request, Step, StepKind};
use crate::requests::notices;
use crate::requests::queries as requests;
use crate::requests::restrictions::{self, Restriction};
use crate::requests::review::Judgement;
use crate::requests::senders::{self, model::Sender};
use crate::requests::statements::{cell_of, view_of};
use crate::requests::{appeals, dates, decisions, execution};
use crate::retention::{self, model::HoldRow};

/// So many notices to recipients are shown.
const MOST_TOLD: i64 = 100;

/// So many of the person's other requests are shown.
const OTHERS: i64 = 20;

/// An item with the words of the register.
pub struct ItemLine {
    /// The item, opened.
    pub open: OpenItem,
    /// What people call the collection.
    pub collection: String,
    /// What people call the field; empty for whole records.
    pub field: String,
    /// What is held, and what is proposed in its place.
    pub values: (String, String),
    /// Whether it comes from somebody whose name is not known.
    pub is_of_unknown_source: bool,
    /// What the person says of it, where it was not put right.
    pub statement: Option<Statement>,
}

impl ItemLine {
    /// What happens to the records, in words.
    pub fn action_in_words(&self) -> &'static str {
        match self.open.item.action {
            Action::Correct => "Correct",
            Action::Delete => "Delete",
            Action::Mask => "Remove the personal fields",
            Action::Cut => "Cut the link",
            Action::Follow => "Goes with what it shows",
            Action::Keep => "Keep",
            Action::Leave => "Leave as it is",
        }
    }
}

/// Something that was done to the request.
#[derive(Debug, Clone, Queryable)]
pub struct Happening {
    /// As the audit log writes it.
    pub actor: String,
    /// What happened.
    pub action: String,
    /// When, in UTC.
    pub at: NaiveDateTime,
}

/// What the page of a request needs.
pub struct Case {
    /// The request with all that hangs on it.
    pub details: Details,
    /// Its items.
    pub items: Vec<ItemLine>,
    /// Who has approved.
    pub approvals: Vec<Approval>,
    /// What is to be looked at first.
    pub flags: Vec<OpenFlag>,
    /// What staff wrote for each other.
    pub notes: Vec<Note>,
    /// The person's verified identities.
    pub identities: Vec<String>,
    /// Stands for the person in the audit log.
    pub pseudonym: String,
    /// Where the person says that they live.
    pub residence: String,
    /// What keeps the person's data from being erased now.
    pub holds: Vec<HoldRow>,
    /// Those of them that the plan of a deletion does not know, and what they would keep.
    pub held_since: Vec<HeldSince>,
    /// Who sent it, if it came without an account.
    pub sender: Option<Sender>,
    /// Who asks for them, if they do not ask themselves.
    pub agent: Option<Named>,
    /// An agent of the protocol who asked for them and may act no more.
    pub stopped_agent: Option<drp::model::Agent>,
    /// What an agent of the protocol said of the person.
    pub claims: Option<AboutPerson>,
    /// How to reach them without e-mail; empty for all others.
    pub contact: String,
    /// What it is tied to by an appeal, in words, with the references.
    pub ties: Vec<(&'static str, String)>,
    /// The person's other requests, newest first.
    pub others: Vec<Line>,
    /// Colleagues who look at it, and since when.
    pub lookers: Vec<(i64, NaiveDateTime)>,
    /// What carries it out, where a try of that has failed.
    pub put_off: Option<JobRow>,
    /// What others did to it since the member last opened it.
    pub since: Vec<Happening>,
    /// What people look up or change by hand for it, with the names of the systems.
    pub by_hand: Vec<(Task, String)>,
    /// Whether they have an account that no address opens.
    pub is_unopened: bool,
    /// Whether a mail reaches them; else staff write or call.
    pub is_reached: bool,
    /// How to reach who appealed by letter.
    pub reach: Option<Reach>,
    /// Whether there is a copy of the data to print, for somebody whom no mail reaches.
    pub has_package: bool,
    /// What was decided before an appeal opened it again.
    pub earlier: Vec<Opened>,
    /// What is kept and not used, if it was granted.
    pub restriction: Option<Restriction>,
    /// Which recipients were told of what was done, with their names.
    pub told: Vec<Told>,
    /// Who got the data and is not told.
    pub untold: Vec<Untold>,
    /// What its answer has nothing of, as it is not searched.
    pub set_aside: SetAside,
    /// Of an appeal, and of what one opened again: who had a part in the denial.
    pub had_part: Vec<i64>,
    /// All staff, for names.
    pub staff: Vec<StaffRow>,
}

impl Case {
    /// The name of a staff member.
    pub fn staff_name(&self, id: i64) -> &str {
        let member = self.staff.iter().find(|member| member.id == id);
        member.map_or("a former staff member", |member| member.name.as_str())
    }

    /// The flags that staff raise themselves, with their titles.
    pub fn raisable(&self) -> Vec<(&'static str, &'static str)> {
        let all = FlagKind::ALL.iter().filter(|it| it.is_raised_by_staff());
        all.map(|it| (it.as_str(), it.title())).collect()
    }

    /// Who raised a flag, and who judged it.
    pub fn flagged(&self, it: &OpenFlag) -> String {
        let raised = it.flag.raised_by.map(|id| self.staff_name(id));
        let raised = format!("Raised by {}", raised.unwrap_or("a rule"));
        match it.flag.judged_by {
            Some(id) => format!("{raised}, judged by {}", self.staff_name(id)),
            None => raised,
        }
    }

    /// Who took a step.
    pub fn actor(&self, step: &Step) -> String {
        let request = &self.details.request;
        let filed_by = agents::queries::filed_by(request, self.agent.as_ref());
        let filed_by = filed_by.filter(|_| step.kind == StepKind::Received);
        match (step.staff_id, filed_by) {
            (Some(id), _) => self.staff_name(id).to_owned(),
            (None, Some(who)) => who.to_owned(),
            (None, None) if step.is_by_agent() => "who asked for the person".to_owned(),
            (None, None) => match step.actor {
                Party::Person => "the person".to_owned(),
                Party::Staff => "staff".to_owned(),
                Party::System => "Candor".to_owned(),
            },
        }
    }

    /// Whether they have no page on which to read an answer, so that the mail has all of it.
    pub fn reads_mail_alone(&self) -> bool {
        let unknown = |it: &Sender| it.degree.is_none() && it.wants.needs_proof();
        self.sender.as_ref().is_some_and(unknown)
    }

    /// What happened, in a few words: "Ruth: assigned".
    pub fn happened(&self, it: &Happening) -> String {
        let staff = it.actor.strip_prefix("staff:");
        let who = match staff.and_then(|id| id.parse().ok()) {
            Some(id) => self.staff_name(id),
            None if it.actor.starts_with("person:") => "The person",
            None => "Candor",
        };
        let what = it.action.trim_start_matches("request.").replace('_', " ");
        format!("{who}: {what}")
    }

    /// Open requests of the same person for the same thing.
    pub fn duplicates(&self) -> Vec<&Line> {
        let request = &self.details.request;
        let is_same = |it: &&Line| it.kind == request.kind && !it.state.is_closed();
        self.others.iter().filter(is_same).collect()
    }

    /// The person's other requests, without the duplicates.
    pub fn related(&self) -> Vec<&Line> {
        let duplicates: Vec<_> = self.duplicates().iter().map(|it| it.id).collect();
        let others = self.others.iter();
        others.filter(|it| !duplicates.contains(&it.id)).collect()
    }

    /// Colleagues who look at it, by name.
    pub fn lookers(&self) -> Vec<(&str, NaiveDateTime)> {
        let works = |id: i64| {
            self.staff
                .iter()
                .any(|it| it.id == id && it.disabled_at.is_none())
        };
        let each = self.lookers.iter().filter(|(id, _)| works(*id));
        each.map(|(id, at)| (self.staff_name(*id), *at)).collect()
    }
}

/// Reads a request with all that its page shows.
pub fn load(
    conn: &mut AnyConnection,
    app: &App,
    reference: &str,
    member: &StaffMember,
) -> AppResult<Case> {
    let request = requests::find_by_reference(conn, reference)?;
    let person = find_person(conn, request.person_id)?;
    let identities = list_identities(conn, request.person_id)?;
    let happened = list_happened(conn, &request)?;
    let mut details = details::load(conn, &app.keys, request.clone())?;
    let items = std::mem::take(&mut details.items);
    let sender = senders::queries::find(conn, request.id)?;
    let said = Statements::load(conn, &app.keys, request.person_id)?;
    let contact = sender
        .as_ref()
        .map(|it| senders::contact(&app.keys, &request, it));
    Ok(Case {
        agent: agents::queries::named(conn, &app.keys, &request)?,
        stopped_agent: drp::queries::find_stopped_agent_of(conn, request.id)?,
        claims: AboutPerson::of_request(conn, &app.keys, &request)?,
        contact: contact.transpose()?.unwrap_or_default(),
        sender,
        items: items
            .into_iter()
            .map(|open| item_line(app, open, &said))
            .collect(),
        details,
        flags: flags::list(conn, &app.keys, &request)?,
        approvals: requests::list_approvals(conn, request.id)?,
        notes: notes::list(conn, &app.keys, &request)?,
        is_unopened: unopened::is_unopened(conn, (person.id, &identities))?,
        identities: identities.into_iter().map(|it| it.value).collect(),
        residence: residence_in_words(app, person.residence),
        pseudonym: person.pseudonym,
        holds: retention::queries::in_force(conn, person.id, app.clock.today())?,
        held_since: held_since::list(conn, app, &request)?,
        ties: requests::list_ties(conn, &request)?,
        others: list_others(conn, &request)?,
        lookers: lookers::list(&happened, member, app.clock.now()),
        put_off: execution::put_off(conn, &request)?,
        since: since(happened, member),
        by_hand: by_hand(conn, app, &request)?,
        is_reached: notices::reaches(conn, app, &request)?,
        earlier: earlier::list(conn, app, &request)?,
        has_package: package_pages::find(conn, app, &request)?.is_some(),
        reach: appeal_letters::reach(conn, &app.keys, &request)?,
        restriction: restrictions::find(conn, request.id)?,
        untold: untold::of_request(conn, app, &request)?,
        told: told::named(
            &app.register,
            told::list_of_request(conn, person.id, &request.reference, MOST_TOLD)?,
            |it| dates::today(&app.laws, &request, it.created_at),
        ),
        set_aside: SetAside::beside(app, &request),
        had_part: appeals::had_part(conn, &request)?,
        staff: queries::list_staff(conn)?,
    })
}

/// What the person reads of a denial; with a judgement, what they would read if it became the decision.
pub fn denial(
    conn: &mut AnyConnection,
    app: &App,
    case: &Case,
    judgement: Option<&Judgement>,
) -> AppResult<Option<Denial>> {
    let mut request = case.details.request.clone();
    let mut items: Vec<OpenItem> = case.items.iter().map(|it| it.open.clone()).collect();
    let mut facts = case.details.decision_reason.clone();
    if let Some(judgement) = judgement {
        for judged in &judgement.items {
            let found = items.iter_mut().find(|it| it.item.id == judged.id);
            if let Some(open) = found {
                open.item.decision = Some(judged.decision);
                open.item.ground = Some(judged.ground.clone());
                open.decision_reason.clone_from(&judged.reason);
            }
        }
        let decided: Vec<_> = items.iter().map(|it| it.item.clone()).collect();
        request.outcome = decisions::outcome_of(&decided).or(judgement.outcome);
        request.ground = Some(judgement.ground.clone());
        facts.clone_from(&judgement.reason);
    }
    denial::of(conn, app, &request, (&items, &facts))
}

fn residence_in_words(app: &App, code: String) -> String {
    let known = app.laws.residence(&code).filter(|it| !it.code.is_empty());
    known.map_or(code, |it| it.name.clone())
}

fn list_others(conn: &mut AnyConnection, request: &Request) -> QueryResult<Vec<Line>> {
    let all = requests::list_for_person(conn, request.person_id, None, OTHERS + 1)?;
    Ok(all.into_iter().filter(|it| it.id != request.id).collect())
}

/// The last happenings on a request, newest first, looks among them.
fn list_happened(conn: &mut AnyConnection, request: &Request) -> QueryResult<Vec<Happening>> {
    events::table
        .filter(events::object.eq(&request.reference))
        .order(events::id.desc())
        .limit(50)
        .select((events::actor, events::action, events::at))
        .load(conn)
}

pub(super) fn actor_of(member: &StaffMember) -> String {
    crate::audit::Actor::Staff(member.id).to_string()
}

fn by_hand(
    conn: &mut AnyConnection,
    app: &App,
    request: &Request,
) -> QueryResult<Vec<(Task, String)>> {
    let tasks = manual::queries::list_of_request(conn, request.id)?.into_iter();
    let named = tasks.map(|task| {
        let system = system_name(&app.register, &task.source);
        (task, system)
    });
    Ok(named.collect())
}

/// What others did since the member's last look, oldest first.
fn since(happened: Vec<Happening>, member: &StaffMember) -> Vec<Happening> {
    let own = actor_of(member);
    let new = happened
        .into_iter()
        .take_while(|it| !(it.action == views::ACTION && it.actor == own));
    let mut since: Vec<_> = new.filter(|it| it.action != views::ACTION).collect();
    since.reverse();
    since
}

fn item_line(app: &App, open: OpenItem, said: &Statements) -> ItemLine {
    let (dataset, collection) = (&open.item.dataset, &open.item.collection);
    let key = CollectionKey::new(dataset, collection);
    let field = open.item.field.as_deref();
    let view = view_of(&app.register, &open.item);
    let cell = cell_of(&open.item);
    let is_of_partner = view.is_some_and(|it| it.source_kind() == Some(SourceKind::Partner));
    ItemLine {
        is_of_unknown_source: is_of_partner && open.item.source_name.is_none(),
        statement: cell.and_then(|cell| said.about(&cell).cloned()),
        collection: app.register.collection_title(&key),
        values: details::values(&app.register, &open),
        field: view
            .map(|view| view.field.title.clone())
            .or(field.map(str::to_owned))
            .unwrap_or_default(),
        open,
    }
}
