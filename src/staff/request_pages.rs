//! One request, as staff see it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::act::Decisions;
use super::queries;
use crate::accounts::guard::{CaseReader, CaseWorker, StaffMember};
use crate::accounts::model::{Role, StaffRow};
use crate::accounts::queries::{find_person, list_identities};
use crate::app::App;
use crate::audit::views::{self, Seen};
use crate::error::AppResult;
use crate::requests::dates::law_name;
use crate::requests::details::{self, Details, OpenItem};
use crate::requests::model::{Action, Approval, Kind, Outcome, State, Step};
use crate::requests::queries as requests;
use crate::requests::sealed::{self, What};
use crate::retention::{self, model::HoldRow};
use crate::web::{Form, Page, html};

/// An item with the words of the register.
pub struct ItemLine {
    /// The item, opened.
    pub open: OpenItem,
    /// What people call the collection.
    pub collection: String,
    /// What people call the field; empty for whole records.
    pub field: String,
}

impl ItemLine {
    /// Whether staff decide on it, or the register's rule did.
    pub fn is_decided_by_staff(&self) -> bool {
        self.open.item.action.is_decided_by_staff()
    }

    /// What happens to the records, in words.
    pub fn action_in_words(&self) -> &'static str {
        match self.open.item.action {
            Action::Correct => "Correct",
            Action::Delete => "Delete",
            Action::Mask => "Remove the personal fields",
            Action::Cut => "Cut the link",
            Action::Keep => "Keep",
            Action::Leave => "Leave as it is",
        }
    }
}

/// What the page of a request needs.
pub struct Case {
    /// The request with all that hangs on it.
    pub details: Details,
    /// Its items.
    pub items: Vec<ItemLine>,
    /// Who has approved.
    pub approvals: Vec<Approval>,
    /// The person's verified identities.
    pub identities: Vec<String>,
    /// Stands for the person in the audit log.
    pub pseudonym: String,
    /// Where the person says that they live.
    pub residence: String,
    /// What keeps the person's data from being erased now.
    pub holds: Vec<HoldRow>,
    /// All staff, for names.
    pub staff: Vec<StaffRow>,
}

impl Case {
    /// The name of a staff member.
    pub fn staff_name(&self, id: i64) -> &str {
        let member = self.staff.iter().find(|member| member.id == id);
        member.map_or("a former staff member", |member| member.name.as_str())
    }

    fn actor(&self, step: &Step) -> String {
        match step.staff_id {
            Some(id) => self.staff_name(id).to_owned(),
            None => step.actor.to_string(),
        }
    }
}

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
}

impl RequestPage {
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
        let kind = self.case.details.request.kind;
        kind.needs_approval() || kind == Kind::Access && self.case.identities.is_empty()
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
            && self.days_left >= 0
    }

    fn is_assigned_to(&self, id: &str) -> bool {
        let assignee = self.case.details.request.assignee_id;
        assignee.is_some_and(|assignee| assignee.to_string() == id)
    }

    fn proposal_in_words(&self) -> &'static str {
        self.case.details.request.outcome.map_or("", Outcome::verb)
    }

    fn is_mine(&self) -> bool {
        self.case.details.request.assignee_id == Some(self.member.id)
    }

    fn approver(&self, approval: &Approval) -> &str {
        self.case.staff_name(approval.staff_id)
    }

    fn reason_of(&self, item: &ItemLine) -> &str {
        self.form.values.reason(item.open.item.id)
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

/// Shows a request.
pub async fn show(
    reader: CaseReader,
    app: App,
    page: Page,
    path: web::Path<String>,
) -> AppResult<HttpResponse> {
    let form = Form::default();
    render(&app, &reader, page, path.into_inner(), form, StatusCode::OK).await
}

/// Shows a request with a form that was refused.
pub(super) async fn render(
    app: &App,
    member: &StaffMember,
    page: Page,
    reference: String,
    form: Form<Decisions>,
    status: StatusCode,
) -> AppResult<HttpResponse> {
    let own = app.clone();
    let case = app.db.read(move |conn| {
        let request = requests::find_by_reference(conn, &reference)?;
        let identities = list_identities(conn, request.person_id)?;
        let approvals = requests::list_approvals(conn, request.id)?;
        let person = find_person(conn, request.person_id)?;
        let mut details = details::load(conn, &own.keys, request)?;
        Ok(Case {
            items: std::mem::take(&mut details.items)
                .into_iter()
                .map(|open| item_line(&own, open))
                .collect(),
            details,
            approvals,
            identities: identities
                .into_iter()
                .map(|identity| identity.value)
                .collect(),
            residence: person.residence,
            pseudonym: person.pseudonym,
            holds: retention::queries::in_force(conn, person.id, own.clock.today())?,
            staff: queries::list_staff(conn)?,
        })
    });
    let case = case.await?;
    let (pseudonym, reference) = (case.pseudonym.clone(), &case.details.request.reference);
    views::record(app, member, Seen::Request, pseudonym, reference).await?;
    let assignees = queries::case_workers(&case.staff)
        .map(|it| (it.id.to_string(), it.name.clone()))
        .collect();
    let request = &case.details.request;
    html(
        status,
        &RequestPage {
            law: law_name(&app.laws, &request.law),
            days_left: (request.due_on - app.clock.today()).num_days(),
            member: member.clone(),
            assignees,
            page,
            form,
            case,
        },
    )
}

fn item_line(app: &App, open: OpenItem) -> ItemLine {
    let (dataset, collection) = (&open.item.dataset, &open.item.collection);
    let key = crate::register::CollectionKey::new(dataset, collection);
    let field = open.item.field.as_deref();
    let view = field.and_then(|field| app.register.describe(dataset, collection, field));
    ItemLine {
        collection: app
            .register
            .collection(&key)
            .map_or_else(|| key.to_string(), |it| it.title.clone()),
        field: view
            .map(|view| view.field.title.clone())
            .or(field.map(str::to_owned))
            .unwrap_or_default(),
        open,
    }
}

/// Hands out a piece of evidence, to save rather than to show.
pub async fn evidence(
    worker: CaseWorker,
    app: App,
    path: web::Path<(String, i64)>,
) -> AppResult<HttpResponse> {
    let (reference, id) = path.into_inner();
    let keys = app.keys.clone();
    let file = app.db.read(move |conn| {
        let request = requests::find_by_reference(conn, &reference)?;
        let pseudonym = requests::find_pseudonym(conn, request.person_id)?;
        let (attachment, sealed) = requests::find_content(conn, request.id, id)?;
        let content = sealed::open(&keys, &request.reference, What::Evidence, &sealed)?;
        Ok((attachment.media_type, content, pseudonym, request.reference))
    });
    let (media_type, content, pseudonym, reference) = file.await?;
    views::record(&app, &worker, Seen::Evidence, pseudonym, &reference).await?;
    Ok(crate::web::download(
        &format!("evidence-{id}"),
        &media_type,
        content,
    ))
}
