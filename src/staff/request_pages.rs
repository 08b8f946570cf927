//! One request, as staff see it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use super::act::Decisions;
use super::appeal_pages::CHANNELS;
use super::case::{self, Case, ItemLine};
use super::contest;
use super::identity_pages::held_by;
use super::queries;
use super::replies::{self, Language};
use super::unverified::Unverified;
use crate::accounts::guard::{CaseReader, StaffMember};
use crate::accounts::model::Role;
use crate::app::App;
use crate::audit::views::{self, Seen};
use crate::error::AppResult;
use crate::law::Ground;
use crate::requests::dates::{days_left, is_late, latest, law_name};
use crate::requests::denial::{self, Denial};
use crate::requests::four_eyes::are_always_needed;
use crate::requests::model::{Approval, Decision, Kind, Outcome, Request, State};
use crate::requests::pause;
use crate::requests::replanning::has_outgrown_its_plan;
use crate::requests::review::Judgement;
use crate::requests::senders::model::Sender;
use crate::web::{Form, Page, html, words};

#[derive(Template)]
#[template(path = "staff/request.html")]
struct RequestPage {
    page: Page,
    case: Case,
    form: Form<Decisions>,
    law: String,
    member: StaffMember,
    assignees: Vec<(String, String)>,
    days_left: i64,
    today: NaiveDate,
    clock: Clock,
    /// Whether the law lets the answer be put off at all.
    knows_extension: bool,
    conflict: Option<String>,
    /// By what the data of who has no e-mail can be found.
    held_by: Vec<(&'static str, &'static str)>,
    /// The grounds on which it may be denied, as (code, words).
    grounds: Vec<(String, String)>,
    /// What the person reads or would read of a denial.
    denial: Option<Denial>,
    /// Whether that is of a decision which is not on record yet.
    is_preview: bool,
    /// Put before staff shortly before the date.
    unverified: Option<Unverified>,
}

/// How the time for the answer goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Clock {
    Runs,
    /// While the person is asked, where the law allows it.
    StandsStill,
    /// The answer should have been given.
    IsOver,
}

impl Clock {
    fn of(app: &App, request: &Request) -> Self {
        match () {
            () if pause::is_on(&app.laws, request) => Self::StandsStill,
            () if is_late(&app.laws, request, app.clock.now()) => Self::IsOver,
            () => Self::Runs,
        }
    }
}

impl RequestPage {
    fn is_paused(&self) -> bool {
        self.clock == Clock::StandsStill
    }

    fn is_late(&self) -> bool {
        self.clock == Clock::IsOver
    }

    fn url(&self, action: &str) -> String {
        format!(
            "/staff/requests/{}{action}",
            self.case.details.request.reference
        )
    }

    fn works_here(&self) -> bool {
        matches!(self.member.role, Role::Agent | Role::Supervisor)
    }

    /// Whether a decision can be made now.
    fn can_decide(&self) -> bool {
        let request = &self.case.details.request;
        let decidable = [
            State::Acknowledged,
            State::InReview,
            State::WaitingForPerson,
        ];
        self.works_here() && decidable.contains(&request.state) && request.outcome.is_none()
    }

    /// Whether a part of it can be granted: a result is changed or stays, and what was denied is decided anew.
    fn has_parts(&self) -> bool {
        !matches!(self.case.details.request.kind, Kind::Appeal | Kind::Contest)
    }

    /// What it is to say yes.
    fn granted(&self) -> &'static str {
        match self.case.details.request.kind {
            Kind::Contest => "The result is changed",
            _ => "Approve",
        }
    }

    /// What it is to say no.
    fn refused(&self) -> &'static str {
        match self.case.details.request.kind {
            Kind::Contest => "The result stays, or there is none to contest",
            _ => "Deny",
        }
    }

    /// Whether a proposal waits for this member's approval.
    fn can_approve(&self) -> bool {
        let is_own = self
            .case
            .approvals
            .iter()
            .any(|it| it.staff_id == self.member.id);
        self.is_proposed() && self.member.role == Role::Supervisor && !is_own
    }

    /// Whether even an approval takes two.
    fn always_takes_two(&self) -> bool {
        let case = &self.case;
        let (came_without, has_account) = (case.sender.is_some(), !case.identities.is_empty());
        are_always_needed(case.details.request.kind, came_without, has_account)
    }

    /// What was done before it could not be carried out: a value, or a source, is changed and read back at a time.
    fn done_so_far(&self) -> String {
        let accepted = self.case.items.iter().map(|it| &it.open.item);
        let accepted = accepted.filter(|it| it.decision == Some(Decision::Accepted));
        match self.case.details.request.kind {
            Kind::Correction => {
                let done = accepted.clone().filter(|it| it.applied_at.is_some());
                let (done, all) = (done.count(), accepted.count());
                format!("{done} of the {all} values that were accepted are written and read back.")
            }
            Kind::Deletion if self.can_try_again() => {
                "What was erased in other systems before stays erased. Trying again goes on from there.".to_owned()
            }
            Kind::Deletion => "What was erased in other systems before stays erased.".to_owned(),
            _ => "Nothing was given to the person yet.".to_owned(),
        }
    }

    /// Whether trying again may end otherwise than it did.
    fn can_try_again(&self) -> bool {
        !has_outgrown_its_plan(&self.case.details.request)
    }

    /// Whether a question may be asked: it takes the request into review.
    fn can_ask(&self) -> bool {
        let state = self.case.details.request.state;
        !state.is_closed() && !matches!(state, State::Verifying | State::ExecutionFailed)
    }

    /// Whether a staff member may stand for who sent it: before the review, or where that needs no proof within it.
    fn may_vouch(&self, sender: &Sender) -> bool {
        match (self.case.details.request.state, sender.wants.needs_proof()) {
            (State::Verifying, true) => true,
            (State::InReview, false) => sender.degree.is_none() && !self.is_proposed(),
            _ => false,
        }
    }

    fn vouching_hint(sender: &Sender) -> &'static str {
        if sender.wants.needs_proof() {
            "For staff. Needed when you say that it is them. Ask for nothing that we do not hold already."
        } else {
            "For staff. Only where you must see their data to answer. Ask for nothing that we do not hold already."
        }
    }

    fn can_audit(&self) -> bool {
        self.member.role == Role::Auditor
    }

    fn can_hold(&self) -> bool {
        self.member.role == Role::Supervisor
    }

    fn is_denial(&self) -> bool {
        self.case.details.request.outcome == Some(Outcome::Denied)
    }

    fn is_proposed(&self) -> bool {
        let request = &self.case.details.request;
        request.state == State::InReview && request.outcome.is_some()
    }

    fn can_extend(&self) -> bool {
        let request = &self.case.details.request;
        self.works_here()
            && !request.state.is_closed()
            && request.extended_to.is_none()
            && self.knows_extension
            && !self.is_late()
    }

    /// Whether an appeal that came another way can be entered.
    fn can_enter_appeal(&self) -> bool {
        let is_open = self.denial.as_ref().is_some_and(|it| it.appeal.is_some());
        self.works_here() && is_open && self.case.details.request.state.is_closed()
    }

    /// Who stands in the list of whom to give it to: who was chosen before the page came back, else who has it.
    fn chosen_assignee(&self) -> String {
        let has_it = self.case.details.request.assignee_id;
        let has_it = || has_it.map_or(String::new(), |id| id.to_string());
        let chosen = self.form.values.0.get("assignee");
        chosen.map_or_else(has_it, String::clone)
    }

    fn proposal_in_words(&self) -> &'static str {
        self.case.details.request.outcome.map_or("", Outcome::verb)
    }

    /// Whether the member may take it, and has not done so.
    fn may_take(&self) -> bool {
        let own = self.member.id.to_string();
        let is_mine = self.case.details.request.assignee_id == Some(self.member.id);
        !is_mine && self.assignees.iter().any(|(id, _)| *id == own)
    }

    fn approver(&self, approval: &Approval) -> &str {
        self.case.staff_name(approval.staff_id)
    }

    fn reason_of(&self, item: &ItemLine) -> &str {
        self.form.values.reason(item.open.item.id)
    }

    fn ground_of<'a>(&'a self, item: &'a ItemLine) -> &'a str {
        match self.form.values.ground(item.open.item.id) {
            "" => item.open.item.ground.as_deref().unwrap_or_default(),
            typed => typed,
        }
    }

    fn decision_of(&self, item: &ItemLine) -> String {
        let typed = self.form.values.decision(item.open.item.id);
        let saved = item.open.item.decision.map(|decision| decision.to_string());
        typed.map(str::to_owned).or(saved).unwrap_or_default()
    }

    fn assignee(&self) -> &str {
        let assignee = self.case.details.request.assignee_id;
        assignee.map_or("Nobody", |id| self.case.staff_name(id))
    }
}

/// A reviewed text to begin a message with.
#[derive(Debug, Default, Deserialize)]
pub struct Begin {
    #[serde(default)]
    reply: String,
    #[serde(default)]
    language: String,
}

/// Shows a request; the field for a message begins with a reviewed text, if one is asked for.
pub async fn show(
    reader: CaseReader,
    app: App,
    page: Page,
    path: web::Path<String>,
    begin: web::Query<Begin>,
) -> AppResult<HttpResponse> {
    let shown = Shown {
        begin: begin.into_inner(),
        ..Shown::of(Form::default())
    };
    render(&app, &reader, page, path.into_inner(), shown).await
}

/// How a request is shown.
#[derive(Debug)]
pub(super) struct Shown {
    /// As typed, with its faults.
    pub form: Form<Decisions>,
    /// 200, 409 or 422.
    pub status: StatusCode,
    /// The text to begin a message with.
    pub begin: Begin,
    /// Why what was sent was not done.
    pub conflict: Option<String>,
    /// What is judged but not decided, for a look at what the person would read.
    pub judgement: Option<Judgement>,
}

impl Shown {
    /// With a form, and nothing else to say.
    pub fn of(form: Form<Decisions>) -> Self {
        Shown {
            form,
            status: StatusCode::OK,
            begin: Begin::default(),
            conflict: None,
            judgement: None,
        }
    }
}

/// Shows a request, also with a form that was refused or came too late.
pub(super) async fn render(
    app: &App,
    member: &StaffMember,
    page: Page,
    reference: String,
    shown: Shown,
) -> AppResult<HttpResponse> {
    let (own, looks) = (app.clone(), member.clone());
    let (judgement, is_preview) = (shown.judgement.clone(), shown.judgement.is_some());
    let works = matches!(member.role, Role::Agent | Role::Supervisor);
    let read = app.db.read(move |conn| {
        let case = case::load(conn, &own, &reference, &looks)?;
        let unverified = Unverified::of(&own, &case).filter(|_| works);
        let judgement = judgement.or(unverified.as_ref().map(Unverified::judgement));
        let denial = case::denial(conn, &own, &case, judgement.as_ref())?;
        let kind = denial::kind_denied(conn, &case.details.request)?;
        let grounds = denial::grounds(&own.laws, &case.details.request, kind);
        Ok((case, denial, grounds, unverified))
    });
    let (case, denial, grounds, unverified) = read.await?;
    let (pseudonym, reference) = (case.pseudonym.clone(), &case.details.request.reference);
    views::record(app, member, Seen::Request, pseudonym, reference).await?;
    let assignees = assignees(&case);
    let request = &case.details.request;
    let mut form = shown.form;
    if let Some(text) = begun(app, request, &shown.begin) {
        form.values.0.insert("body".to_owned(), text);
    }
    html(
        shown.status,
        &RequestPage {
            clock: Clock::of(app, request),
            knows_extension: latest(&app.laws, request).is_some(),
            law: law_name(&app.laws, &request.law),
            today: app.clock.today(),
            days_left: days_left(&app.laws, request, app.clock.now()),
            member: member.clone(),
            assignees,
            conflict: shown.conflict,
            held_by: held_by(app),
            grounds: grounds.into_iter().map(in_list).collect(),
            denial,
            is_preview,
            unverified,
            page,
            form,
            case,
        },
    )
}

/// To whom a request may be given: to who had a part in a denial that is looked at again only where nobody else is left.
fn assignees(case: &Case) -> Vec<(String, String)> {
    let all: Vec<_> = queries::case_workers(&case.staff).collect();
    let apart = all.iter().filter(|it| !case.had_part.contains(&it.id));
    let apart: Vec<_> = apart.copied().collect();
    let offered = if apart.is_empty() { all } else { apart };
    let named = offered
        .iter()
        .map(|it| (it.id.to_string(), it.name.clone()));
    named.collect()
}

/// A ground as a list to choose from shows it.
fn in_list(ground: Ground) -> (String, String) {
    let words = format!("{} ({})", ground.title, ground.code);
    (ground.code, words)
}

fn begun(app: &App, request: &Request, begin: &Begin) -> Option<String> {
    let reply = replies::fitting(request).find(|it| it.key == begin.reply)?;
    let language = begin.language.parse().unwrap_or(Language::English);
    Some(reply.fill(language, request, app))
}
