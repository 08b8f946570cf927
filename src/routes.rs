//! Every URL of the site on one screen, with who may use it.

use actix_web::web::{ServiceConfig, delete, post};

use crate::accounts::{
    address_pages, closing_pages, pages as account, proposal_pages, staff_pages as members,
};
use crate::accounts::{second_factor_pages, sign_in_pages, step_up_pages};
use crate::api::{
    changes as api_changes, choices as api_choices, disclosures as api_disclosures,
    notices as api_notices, openapi, staff_pages as tokens,
};
use crate::audit::access_log;
use crate::audit::staff_pages as audit;
use crate::audit::{receipt_check, receipt_pages};
use crate::choices;
use crate::demo::pages as demo;
use crate::disclosures::ledger::{pages as ledger, staff_pages as alarms};
use crate::disclosures::{
    answer_pages as notices, pages as disclosures, register_pages as recipients,
    staff_pages as staff_notices,
};
use crate::drp::{pages as drp, staff_pages as drp_agents};
use crate::insights::pages as insights;
use crate::jobs::staff_pages as jobs;
use crate::leaving::{pages as leaving, staff_pages as sites};
use crate::mail::staff_pages as mail;
use crate::manual::{pages as by_hand, staff_pages as manual_tasks, task_pages as manual_task};
use crate::monitors::staff_pages as monitors;
use crate::my_data::check_pages;
use crate::my_data::export::pages as export;
use crate::my_data::pages as my_data;
use crate::operations::pages as operations;
use crate::policy::{
    compare_pages, own_pages, pages as policy, review_pages, staff_pages as policy_staff,
};
use crate::register::drift::staff_pages as drift;
use crate::reports::{metrics_pages, public_pages as public_figures, register_pages};
use crate::requests::agents::pages as agents;
use crate::requests::corrected::staff_pages as corrected;
use crate::requests::pages as requests;
use crate::requests::pages::{
    access, collected, correction, deletion, given, objection, restriction, statement,
};
use crate::requests::senders::{account_pages, pages as senders, proof_pages};
use crate::retention::periods::staff_pages as periods;
use crate::retention::returned::staff_pages as returned;
use crate::retention::staff_pages as holds;
use crate::staff::handle_pages as staff_handle;
use crate::staff::identity_pages as staff_identity;
use crate::staff::{
    appeal_pages, bulk_pages, correct_pages, data_pages, enter_pages, evidence_pages, flag_pages,
    notes, package_pages, redact_pages, reviews, saved_views, search, training,
};
use crate::staff::{decide_pages as staff_decide, pages as staff, request_pages as staff_request};
use crate::web::resources::{get, serve};
use crate::web::{assets, home};

/// Who may use a route. The handlers' parameters enforce it; the access test compares the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody.
    Anyone,
    /// Whoever is signed in, person or staff.
    Account,
    /// A person, for their own things.
    Person,
    /// Agents and supervisors.
    CaseWorker,
    /// Agents, supervisors and auditors.
    CaseReader,
    /// Supervisors.
    Supervisor,
    /// Staff of any role.
    Staff,
    /// Auditors and admins.
    Auditor,
    /// Supervisors, auditors and admins.
    Overseer,
    /// Staff of any role but auditor.
    Mender,
    /// Admins.
    Admin,
    /// A program with a token.
    Token,
}

macro_rules! routes {
    ($all:ident $register:ident; $($who:ident $method:ident $path:literal => $handler:expr;)+) => {
        /// Each route: who may use it, its method and its pattern.
        pub const $all: &[(Who, &str, &str)] = &[$((Who::$who, stringify!($method), $path)),+];

        /// Registers each of them.
        pub fn $register(config: &mut ServiceConfig) {
            serve(config, vec![$(($path, stringify!($method), $method().to($handler))),+]);
        }
    };
}

routes! {
    // Tried in this order: those of people before those of the desk, a path that is spelled out before one with a name in
    // its place.
    ALL register;
    Anyone get "/" => home::show;
    Person get "/data" => my_data::index;
    Person post "/data/by-hand" => by_hand::ask;
    Person get "/data/export" => export::index;
    Person post "/data/export" => export::ask;
    Person get "/data/export/{reference}/download" => export::download;
    Person get "/data/{dataset}/{collection}" => my_data::collection;
    Person get "/data/{dataset}/{collection}/{record}" => my_data::record;
    Person get "/data/{dataset}/{collection}/{record}/check/{field}" => check_pages::show;
    Person post "/data/{dataset}/{collection}/{record}/check/{field}" => check_pages::check;
    Person get "/requests" => requests::index;
    Person get "/requests/new/access" => access::new;
    Person post "/requests/new/access" => access::file;
    Person get "/requests/new/correction" => correction::new;
    Person post "/requests/new/correction" => correction::file;
    Person get "/requests/new/corrections" => collected::show;
    Person post "/requests/new/corrections" => collected::file;
    Person post "/requests/new/corrections/{id}/remove" => collected::remove;
    Person get "/requests/new/deletion" => deletion::choose;
    Person get "/requests/new/deletion/plan" => deletion::plan;
    Person post "/requests/new/deletion/plan" => deletion::file;
    Person get "/requests/new/restriction" => restriction::new;
    Person post "/requests/new/restriction" => restriction::file;
    Person get "/requests/new/objection" => objection::new;
    Person post "/requests/new/objection" => objection::file;
    Person get "/requests/new/{right}" => given::new;
    Person post "/requests/new/{right}" => given::file;
    Person get "/requests/{reference}" => requests::show;
    Person get "/requests/{reference}/filed" => requests::filed;
    Person post "/requests/{reference}/mine" => account_pages::answer;
    Person post "/requests/{reference}/messages" => requests::write;
    Person post "/requests/{reference}/withdraw" => requests::withdraw;
    Person post "/requests/{reference}/appeal" => requests::appeal;
    Person get "/requests/{reference}/evidence/{id}" => requests::evidence::save;
    Person post "/requests/{reference}/evidence" => requests::evidence::send;
    Person get "/requests/{reference}/items/{item}/statement" => statement::new;
    Person post "/requests/{reference}/items/{item}/statement" => statement::keep;

    Anyone get "/request" => senders::new;
    Anyone post "/request" => senders::send;
    Anyone get "/request/sent" => senders::sent;
    Anyone get "/request/agent" => agents::new;
    Anyone post "/request/agent" => agents::send;
    Anyone get "/request/agent/sent" => agents::sent;
    Anyone get "/request/mine" => proof_pages::mine;
    Anyone post "/request/mine" => proof_pages::prove;
    Anyone post "/request/mine/less" => proof_pages::less;
    Anyone get "/request/link/{token}" => proof_pages::link;
    Anyone post "/request/link/{token}" => proof_pages::follow;

    Anyone get "/healthz" => operations::healthz;
    Anyone get "/readyz" => operations::readyz;
    Anyone get "/metrics" => operations::metrics;
    Anyone get "/.well-known/security.txt" => operations::security_txt;
    Person get "/disclosures" => disclosures::index;
    Person get "/disclosures/{id}" => ledger::show;
    Anyone get "/notices/{key}" => notices::show;
    Anyone post "/notices/{key}" => notices::answer;
    Person get "/choices" => choices::pages::index;
    Person post "/choices/opt-out" => choices::pages::opt_out_of_everything;
    Person get "/choices/age" => choices::minors::own_pages::show;
    Person post "/choices/age" => choices::minors::own_pages::state;
    Person get "/choices/history" => choices::history_pages::index;
    Person get "/choices/history.csv" => choices::history_pages::as_csv;
    Person get "/choices/history.json" => choices::history_pages::as_json;
    Person post "/choices/{activity}/opt-out" => choices::pages::opt_out;
    Person get "/choices/{activity}/opt-in" => choices::pages::confirm_opt_in;
    Person post "/choices/{activity}/opt-in" => choices::pages::opt_in;
    Anyone get "/sign-in" => sign_in_pages::ask;
    Anyone post "/sign-in" => sign_in_pages::send;
    Anyone get "/sign-in/code" => sign_in_pages::code;
    Anyone post "/sign-in/code" => sign_in_pages::check;
    Anyone get "/sign-in/link/{token}" => sign_in_pages::link;
    Anyone get "/sign-in/totp" => second_factor_pages::show;
    Anyone post "/sign-in/totp" => second_factor_pages::check;
    Anyone get "/sign-in/totp/set-up" => second_factor_pages::new;
    Anyone post "/sign-in/totp/set-up" => second_factor_pages::set_up;
    Anyone post "/sign-out" => sign_in_pages::sign_out;
    Person get "/step-up" => step_up_pages::ask;
    Person post "/step-up" => step_up_pages::check;
    Person post "/step-up/send" => step_up_pages::send;
    Person get "/step-up/link/{token}" => step_up_pages::link;

    Account get "/account" => account::show;
    Person get "/account/access-log" => access_log::show;
    Person post "/account/residence" => account::state_residence;
    Person get "/account/address" => address_pages::new;
    Person post "/account/address" => address_pages::send;
    Person get "/account/address/code" => address_pages::code;
    Person post "/account/address/code" => address_pages::check;
    Person get "/account/address/{id}/close" => closing_pages::ask;
    Person post "/account/address/{id}/close" => closing_pages::close;
    Person post "/account/address/{id}/keep" => closing_pages::keep;
    Anyone get "/account/address/offered/{token}" => closing_pages::offered;
    Anyone post "/account/address/offered/{token}" => closing_pages::take;
    Staff post "/account/recovery-codes" => account::renew_recovery_codes;
    Account post "/account/sessions/end-others" => account::end_other_sessions;
    Account post "/account/sessions/{id}/end" => account::end_session;

    Anyone get "/policy" => policy::current;
    Anyone get "/policy/versions" => policy::versions;
    Anyone get "/policy/compare" => compare_pages::choose;
    Anyone get "/policy/compare/{from}/{to}" => compare_pages::show;
    Anyone get "/policy/{version}" => policy::show;
    Person post "/policy/{version}/acknowledge" => own_pages::acknowledge;

    Anyone get "/insights" => insights::index;
    Anyone get "/leaving" => leaving::show;

    Anyone get "/metrics-report" => public_figures::show;
    Anyone get "/metrics-report.csv" => public_figures::as_csv;

    Anyone get "/do-not-sell" => choices::public_pages::show;
    Anyone post "/do-not-sell" => choices::public_pages::opt_out;
    Anyone get "/automated-decisions" => choices::announced_pages::machines;
    Anyone get "/incentives" => choices::announced_pages::incentives;
    Anyone get "/do-not-sell/signal" => choices::signal_pages::show;
    Anyone get "/.well-known/gpc.json" => choices::signal_pages::statement;
    Anyone get "/gpp.js" => choices::gpp_pages::script;
    Anyone get "/do-not-sell/done/{id}" => choices::public_pages::done;
    Person get "/receipts" => receipt_pages::index;
    Anyone get "/receipts/verify" => receipt_check::show;
    Anyone post "/receipts/verify" => receipt_check::check;
    Anyone get "/receipts/{id}" => receipt_pages::show;
    Anyone get "/receipts/{id}/file" => receipt_pages::file;
    Anyone get "/.well-known/candor-receipts.json" => receipt_check::key;
    Anyone get "/static/{name:.*}" => assets::serve;

    Staff get "/staff" => staff::home;
    CaseReader get "/staff/requests" => staff::queue;
    CaseWorker post "/staff/requests/bulk" => bulk_pages::preview;
    CaseWorker post "/staff/requests/bulk/do" => bulk_pages::act;
    CaseReader post "/staff/requests/search" => search::search;
    Staff get "/staff/training" => training::show;
    Staff post "/staff/training" => training::acknowledge;
    Overseer get "/staff/reviews" => reviews::index;
    Supervisor post "/staff/reviews" => reviews::note;
    CaseReader post "/staff/views" => saved_views::save;
    CaseReader post "/staff/views/{id}/remove" => saved_views::remove;
    CaseReader get "/staff/workload" => staff::workload;
    CaseWorker get "/staff/requests/new" => enter_pages::new;
    CaseWorker post "/staff/requests/new" => enter_pages::enter;
    CaseReader get "/staff/requests/{reference}" => staff_request::show;
    CaseWorker get "/staff/requests/{reference}/evidence/{id}" => evidence_pages::save;
    CaseWorker get "/staff/requests/{reference}/evidence/{id}/preview" => evidence_pages::preview;
    CaseWorker get "/staff/requests/{reference}/evidence/{id}/picture" => evidence_pages::picture;
    CaseWorker get "/staff/requests/{reference}/package" => package_pages::save;
    CaseWorker get "/staff/requests/{reference}/data" => data_pages::index;
    CaseWorker get "/staff/requests/{reference}/data/{dataset}/{collection}" => data_pages::collection;
    CaseWorker get "/staff/requests/{reference}/corrections/new" => correct_pages::new;
    CaseWorker post "/staff/requests/{reference}/corrections/new" => correct_pages::name;
    CaseWorker get "/staff/requests/{reference}/redactions/new" => redact_pages::new;
    CaseWorker post "/staff/requests/{reference}/redactions/new" => redact_pages::place;
    Supervisor post "/staff/requests/{reference}/redactions/{id}/approve" => redact_pages::approve;
    CaseWorker post "/staff/requests/{reference}/redactions/{id}/remove" => redact_pages::remove;
    CaseWorker post "/staff/requests/{reference}/notes" => notes::add;
    CaseWorker post "/staff/requests/{reference}/assign" => staff_handle::give;
    CaseWorker post "/staff/requests/{reference}/confirmed" => enter_pages::confirm;
    CaseWorker post "/staff/requests/{reference}/flags" => flag_pages::raise;
    CaseWorker post "/staff/requests/{reference}/flags/{id}" => flag_pages::judge;
    CaseWorker post "/staff/requests/{reference}/identity" => staff_identity::decide;
    CaseWorker post "/staff/requests/{reference}/decide" => staff_decide::decide;
    CaseWorker post "/staff/requests/{reference}/preview" => staff_decide::preview;
    Supervisor post "/staff/requests/{reference}/approve" => staff_decide::approve;
    Supervisor post "/staff/requests/{reference}/send-back" => staff_decide::send_back;
    CaseWorker post "/staff/requests/{reference}/message" => staff_handle::message;
    CaseWorker post "/staff/requests/{reference}/extend" => staff_handle::take_time;
    CaseWorker post "/staff/requests/{reference}/appeal" => appeal_pages::enter;
    CaseWorker post "/staff/requests/{reference}/told" => appeal_pages::told;
    CaseWorker post "/staff/requests/{reference}/restriction/end" => staff_handle::end_restriction;
    CaseWorker post "/staff/requests/{reference}/restriction/keep" => staff_handle::keep_restriction;
    CaseWorker post "/staff/requests/{reference}/retry" => staff_decide::retry;
    CaseWorker post "/staff/requests/{reference}/plan" => staff_decide::plan;
    CaseWorker post "/staff/requests/{reference}/review-again" => staff_decide::review_again;
    CaseReader get "/staff/manual" => manual_tasks::index;
    CaseWorker get "/staff/manual/{id}" => manual_task::show;
    CaseWorker post "/staff/manual/{id}" => manual_task::answer;
    CaseWorker post "/staff/manual/{id}/leave" => manual_task::leave;
    CaseReader get "/staff/recipients" => recipients::index;
    CaseReader get "/staff/notices" => staff_notices::index;
    CaseWorker post "/staff/notices/{id}/retry" => staff_notices::retry;
    CaseWorker post "/staff/notices/{id}/confirm" => staff_notices::confirm;
    CaseReader get "/staff/disclosures" => alarms::index;
    CaseReader get "/staff/disclosures/{id}" => alarms::show;
    Admin get "/staff/members" => members::index;
    Admin get "/staff/members/new" => members::new;
    Admin post "/staff/members/new" => members::add;
    Admin get "/staff/members/{id}" => members::show;
    Admin post "/staff/members/{id}/role" => members::change_role;
    Admin post "/staff/members/{id}/disable" => members::disable;
    Admin post "/staff/members/{id}/enable" => members::enable;
    Admin get "/staff/members/{id}/reset-second-factor" => members::ask_to_reset;
    Admin post "/staff/members/{id}/reset-second-factor" => members::reset_second_factor;
    Admin get "/staff/sites" => sites::index;
    Admin get "/staff/sites/new" => sites::new;
    Admin post "/staff/sites/new" => sites::add;
    Admin get "/staff/sites/{id}" => sites::show;
    Admin post "/staff/sites/{id}" => sites::change;
    Admin post "/staff/sites/{id}/remove" => sites::remove;
    Staff get "/staff/mail" => mail::index;
    Mender post "/staff/mail/retry" => mail::retry_all;
    Mender post "/staff/mail/{id}/retry" => mail::retry;
    Staff get "/staff/jobs" => jobs::index;
    Staff get "/staff/health" => monitors::index;
    Mender post "/staff/jobs/{id}/retry" => jobs::retry;
    CaseWorker get "/staff/opt-outs/new" => choices::staff_pages::new;
    CaseWorker post "/staff/opt-outs/new" => choices::staff_pages::opt_out;
    Supervisor get "/staff/closed-addresses/new" => closing_pages::new;
    Supervisor post "/staff/closed-addresses/new" => closing_pages::close_for;
    Overseer get "/staff/closed-addresses" => proposal_pages::index;
    Supervisor get "/staff/closed-addresses/{id}" => proposal_pages::show;
    Supervisor post "/staff/closed-addresses/{id}/approve" => proposal_pages::approve;
    Supervisor post "/staff/closed-addresses/{id}/refuse" => proposal_pages::refuse;
    CaseReader get "/staff/ages" => choices::minors::staff_pages::index;
    CaseWorker get "/staff/ages/new" => choices::minors::staff_pages::new;
    CaseWorker post "/staff/ages/new" => choices::minors::staff_pages::put_right;
    CaseWorker get "/staff/ages/parents/new" => choices::minors::parent_pages::new;
    CaseWorker post "/staff/ages/parents/new" => choices::minors::parent_pages::allow;
    CaseReader get "/staff/ages/{id}" => choices::minors::staff_pages::show;
    Supervisor post "/staff/ages/{id}/approve" => choices::minors::staff_pages::approve;
    Supervisor post "/staff/ages/{id}/refuse" => choices::minors::staff_pages::refuse;
    CaseReader get "/staff/holds" => holds::index;
    Supervisor get "/staff/holds/new" => holds::new;
    Supervisor post "/staff/holds/new" => holds::place;
    Supervisor post "/staff/holds/{id}/renew" => holds::renew;
    Supervisor post "/staff/holds/{id}/lift" => holds::lift;
    CaseReader get "/staff/corrections" => corrected::index;
    CaseWorker post "/staff/corrections/{id}/repair" => corrected::repair;
    CaseWorker post "/staff/corrections/{id}/settle" => corrected::settle;
    Supervisor post "/staff/corrections/{id}/let-go" => corrected::let_go;
    CaseReader get "/staff/returned" => returned::index;
    CaseWorker post "/staff/returned/{id}/propose" => returned::propose;
    Supervisor post "/staff/returned/{id}/approve" => returned::approve;
    Supervisor post "/staff/returned/{id}/send-back" => returned::send_back;
    Supervisor post "/staff/returned/{id}/leave" => returned::leave;
    Supervisor post "/staff/returned/{id}/look-again" => returned::look_again;
    Overseer get "/staff/periods" => periods::index;
    Admin post "/staff/periods/approval" => periods::switch;
    Overseer get "/staff/periods/{id}" => periods::show;
    Supervisor post "/staff/periods/{id}/approve" => periods::approve;
    Overseer get "/staff/drift" => drift::index;
    Overseer get "/staff/metrics" => metrics_pages::index;
    Overseer get "/staff/metrics.csv" => metrics_pages::as_csv;
    Admin post "/staff/metrics/publication" => metrics_pages::publish;
    Overseer get "/staff/register.csv" => register_pages::as_csv;
    Auditor get "/staff/audit" => audit::index;
    Admin get "/staff/policy" => policy_staff::index;
    Admin post "/staff/policy/reviewed" => review_pages::reviewed;
    Admin get "/staff/policy/new" => policy_staff::new;
    Admin post "/staff/policy/edit" => policy_staff::edit;
    Admin post "/staff/policy/preview" => policy_staff::preview;
    Admin post "/staff/policy/publish" => policy_staff::publish;
    Admin get "/staff/agents" => drp_agents::index;
    Admin get "/staff/agents/business.json" => drp_agents::business_entry;
    Admin get "/staff/agents/new" => drp_agents::new;
    Admin post "/staff/agents/new" => drp_agents::pin;
    Admin post "/staff/agents/{id}/disable" => drp_agents::disable;
    Admin get "/staff/tokens" => tokens::index;
    Admin get "/staff/tokens/new" => tokens::new;
    Admin post "/staff/tokens/new" => tokens::make;
    Admin post "/staff/tokens/{id}/revoke" => tokens::revoke;
}

// Under `/api/v1`: without sessions and pages, with tokens and JSON.
routes! {
    API register_api;
    Anyone get "/openapi.json" => openapi::description;
    Token get "/changes" => api_changes::list;
    Token post "/choices/batch" => api_choices::batch;
    Token get "/choices/{identity_type}/{hash}" => api_choices::show;
    Token post "/disclosures" => api_disclosures::record;
    Token get "/notices" => api_notices::list;
    Token post "/notices/answers" => api_notices::answer;
}

// Under `/drp/v1`: the Data Rights Protocol, with tokens and signed messages.
routes! {
    DRP register_drp;
    Anyone post "/agent/{agent_id}" => drp::pair;
    Token get "/agent/{agent_id}" => drp::paired;
    Token post "/data-rights-request" => drp::exercise;
    Token post "/data-rights-request/" => drp::exercise;
    Token get "/data-rights-request/{id}" => drp::show;
    Token delete "/data-rights-request/{id}" => drp::revoke;
}

// A demonstration has these too. No other command registers them.
routes! {
    DEMO register_demo;
    Anyone get "/demo" => demo::who;
    Anyone get "/demo/people.json" => demo::people_json;
    Anyone get "/demo/mailbox" => demo::mailbox;
    Anyone get "/demo/mailbox.json" => demo::mailbox_json;
    Anyone get "/demo/mailbox/{id}" => demo::mail;
    Anyone get "/demo/mailbox/{id}/html" => demo::mail_html;
}
