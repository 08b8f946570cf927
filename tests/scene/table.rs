//! A row for every route: who may use it, a sample of it in the scene, and what is to be seen there.

use candor::routes::Who;

/// Whose the sample is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whose {
    /// Maya's: nobody else finds it.
    Mayas,
    /// For everybody who may use the route at all.
    Common,
}

/// How the sample is used.
#[derive(Clone, Copy, Debug)]
pub enum Sample {
    /// A page that somebody looks at; how they came there, if it takes more than signing in.
    Page(Seen),
    /// No page of ours; why.
    NoPage(&'static str),
    /// A form with these fields.
    Form(&'static [(&'static str, &'static str)]),
    /// The same, sent with files.
    Upload(&'static [(&'static str, &'static str)]),
}

/// By whom a page is seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Seen {
    /// Whoever may use it.
    AsUsual,
    /// Only somebody who is not signed in.
    SignedOut,
    /// A person who signed in more than ten minutes ago.
    LongAgo,
    /// Somebody who has asked for a code.
    WithCodeAsked,
    /// A staff member whose second factor is asked for.
    BetweenFactors,
    /// A staff member who has no second factor yet.
    BeforeSetUp,
}

/// One route.
#[derive(Debug)]
pub struct Route {
    pub who: Who,
    pub method: &'static str,
    pub pattern: &'static str,
    /// Its address; names in braces stand for things in the scene.
    pub sample: &'static str,
    pub whose: Whose,
    pub how: Sample,
}

macro_rules! table {
    ($($who:ident $method:ident $pattern:literal => $sample:literal, $whose:ident, $how:expr;)+) => {
        /// Every route of the portal and of the demonstration.
        pub const ROUTES: &[Route] = &[$(Route {
            who: Who::$who,
            method: stringify!($method),
            pattern: $pattern,
            sample: $sample,
            whose: Whose::$whose,
            how: $how,
        }),+];
    };
}

const PAGE: Sample = Sample::Page(Seen::AsUsual);
const SIGNED_OUT: Sample = Sample::Page(Seen::SignedOut);
const FILE: Sample = Sample::NoPage("a file to save");
const PROGRAMS: Sample = Sample::NoPage("for programs");
const LEADS_ON: Sample = Sample::NoPage("leads on to another page");
const EMPTY: Sample = Sample::Form(&[]);
const VERSION: Sample = Sample::Form(&[("version", "1")]);

table! {
    Anyone get "/" => "/", Common, PAGE;
    Person get "/data" => "/data", Common, PAGE;
    Person get "/data/export" => "/data/export", Common, PAGE;
    Person post "/data/export" => "/data/export", Common, EMPTY;
    Person get "/data/export/{reference}/download" => "{package}", Mayas, FILE;
    Person get "/data/{dataset}/{collection}" => "/data/people/contact_details", Common, PAGE;
    Person get "/data/{dataset}/{collection}/{record}" => "{record}", Mayas, PAGE;
    Person get "/data/{dataset}/{collection}/{record}/check/{field}" => "{check}", Mayas, PAGE;
    Person post "/data/{dataset}/{collection}/{record}/check/{field}" => "{check}", Mayas, Sample::Form(&[("value", "4000 1234")]);
    Person get "/requests" => "/requests", Common, PAGE;
    Person get "/requests/new/access" => "/requests/new/access", Common, PAGE;
    Person post "/requests/new/access" => "/requests/new/access", Common, EMPTY;
    Person get "/requests/new/restriction" => "/requests/new/restriction", Common, PAGE;
    Person post "/requests/new/restriction" => "/requests/new/restriction", Common, EMPTY;
    Person get "/requests/new/correction" => "{correction form}", Mayas, PAGE;
    Person post "/requests/new/correction" => "{correction form}", Mayas, Sample::Upload(&[("value", "Elsewhere")]);
    Person get "/requests/new/corrections" => "/requests/new/corrections", Common, PAGE;
    Person post "/requests/new/corrections" => "/requests/new/corrections", Common, EMPTY;
    Person post "/requests/new/corrections/{id}/remove" => "/requests/new/corrections/0/remove", Common, EMPTY;
    Person get "/requests/new/deletion" => "/requests/new/deletion", Common, PAGE;
    Person get "/requests/new/deletion/plan" => "/requests/new/deletion/plan?everything=yes", Common, PAGE;
    Person post "/requests/new/deletion/plan" => "/requests/new/deletion/plan?everything=yes", Common, Sample::Form(&[("hash", "0")]);
    Person get "/requests/new/objection" => "/requests/new/objection", Common, PAGE;
    Person post "/requests/new/objection" => "/requests/new/objection", Common, EMPTY;
    Person get "/requests/new/{right}" => "/requests/new/marketing-list", Common, PAGE;
    Person post "/requests/new/{right}" => "/requests/new/marketing-list", Common, EMPTY;
    Person get "/requests/{reference}" => "/requests/{correction}", Mayas, PAGE;
    Person get "/requests/{reference}/filed" => "/requests/{correction}/filed", Mayas, PAGE;
    Person post "/requests/{reference}/mine" => "/requests/{correction}/mine", Mayas, Sample::Form(&[("answer", "mine")]);
    Person post "/requests/{reference}/messages" => "/requests/{correction}/messages", Mayas, Sample::Form(&[("body", "Hello.")]);
    Person post "/requests/{reference}/withdraw" => "/requests/{correction}/withdraw", Mayas, EMPTY;
    Person post "/requests/{reference}/appeal" => "/requests/{correction}/appeal", Mayas, Sample::Form(&[("appeal", "Why?")]);
    Person post "/requests/{reference}/evidence" => "/requests/{correction}/evidence", Mayas, Sample::Upload(&[("document", "I live in Port Ellery.")]);
    Person get "/requests/{reference}/evidence/{id}" => "/requests/{correction}/evidence/{attachment}", Mayas, FILE;
    Person get "/requests/{reference}/items/{item}/statement" => "{statement}", Mayas, PAGE;
    Person post "/requests/{reference}/items/{item}/statement" => "{statement}", Mayas, Sample::Form(&[("statement", "I hear well.")]);

    Anyone get "/request" => "/request", Common, PAGE;
    Anyone post "/request" => "/request", Common, Sample::Form(&[("wants", "categories"), ("email", "ada@example.org"), ("residence", "us-ca")]);
    Anyone get "/request/sent" => "/request/sent", Common, PAGE;
    Anyone get "/request/agent" => "/request/agent", Common, PAGE;
    Anyone post "/request/agent" => "/request/agent", Common, Sample::Upload(&[("basis", "permission")]);
    Anyone get "/request/agent/sent" => "/request/agent/sent", Common, PAGE;
    Anyone get "/request/mine" => "/request/mine", Common, LEADS_ON;
    Anyone post "/request/mine" => "/request/mine", Common, EMPTY;
    Anyone post "/request/mine/less" => "/request/mine/less", Common, EMPTY;
    Anyone get "/request/link/{token}" => "{request link}", Common, PAGE;
    Anyone post "/request/link/{token}" => "/request/link/0", Common, EMPTY;

    Anyone get "/automated-decisions" => "/automated-decisions", Common, PAGE;
    Anyone get "/incentives" => "/incentives", Common, PAGE;

    Staff get "/staff" => "/staff", Common, LEADS_ON;
    CaseReader get "/staff/requests" => "/staff/requests", Common, PAGE;
    CaseWorker post "/staff/requests/bulk" => "/staff/requests/bulk", Common, EMPTY;
    CaseWorker post "/staff/requests/bulk/do" => "/staff/requests/bulk/do", Common, Sample::Form(&[("action", "assign")]);
    CaseReader post "/staff/requests/search" => "/staff/requests/search", Common, Sample::Form(&[("q", "nobody")]);
    Staff get "/staff/training" => "/staff/training", Common, PAGE;
    Staff post "/staff/training" => "/staff/training", Common, EMPTY;
    Overseer get "/staff/reviews" => "/staff/reviews", Common, PAGE;
    Supervisor post "/staff/reviews" => "/staff/reviews", Common, Sample::Form(&[("found", "Nothing new.")]);
    CaseReader post "/staff/views" => "/staff/views", Common, Sample::Form(&[("name", "Late deletions"), ("filters", "kind=deletion&due=late")]);
    CaseReader post "/staff/views/{id}/remove" => "/staff/views/0/remove", Common, EMPTY;
    CaseReader get "/staff/workload" => "/staff/workload", Common, PAGE;
    CaseWorker get "/staff/requests/new" => "/staff/requests/new", Common, PAGE;
    CaseWorker post "/staff/requests/new" => "/staff/requests/new", Common, Sample::Form(&[("channel", "letter"), ("received_on", "2026-02-06"), ("wants", "categories"), ("contact", "Ada, 12 Elm Street"), ("residence", "us-ca")]);
    CaseReader get "/staff/requests/{reference}" => "/staff/requests/{correction}", Common, PAGE;
    CaseWorker get "/staff/requests/{reference}/evidence/{id}" => "/staff/requests/{correction}/evidence/{attachment}", Common, FILE;
    CaseWorker get "/staff/requests/{reference}/evidence/{id}/preview" => "/staff/requests/{correction}/evidence/{attachment}/preview", Common, PAGE;
    CaseWorker get "/staff/requests/{reference}/evidence/{id}/picture" => "/staff/requests/{correction}/evidence/{attachment}/picture", Common, FILE;
    CaseWorker get "/staff/requests/{reference}/package" => "/staff/requests/{correction}/package", Common, FILE;
    CaseWorker get "/staff/requests/{reference}/data" => "/staff/requests/{correction}/data", Common, PAGE;
    CaseWorker get "/staff/requests/{reference}/data/{dataset}/{collection}" => "/staff/requests/{correction}/data/people/contact_details", Common, PAGE;
    CaseWorker get "/staff/requests/{reference}/corrections/new" => "{naming}", Common, PAGE;
    CaseWorker post "/staff/requests/{reference}/corrections/new" => "{naming}", Common, EMPTY;
    CaseWorker get "/staff/requests/{reference}/redactions/new" => "{redaction}", Common, PAGE;
    CaseWorker post "/staff/requests/{reference}/redactions/new" => "{redaction}", Common, EMPTY;
    Supervisor post "/staff/requests/{reference}/redactions/{id}/approve" => "/staff/requests/{correction}/redactions/0/approve", Common, EMPTY;
    CaseWorker post "/staff/requests/{reference}/redactions/{id}/remove" => "/staff/requests/{correction}/redactions/0/remove", Common, EMPTY;
    CaseWorker post "/staff/requests/{reference}/notes" => "/staff/requests/{deletion}/notes", Common, Sample::Form(&[("note", "Call back.")]);
    CaseWorker post "/staff/requests/{reference}/assign" => "/staff/requests/{deletion}/assign", Common, VERSION;
    CaseWorker post "/staff/requests/{reference}/confirmed" => "/staff/requests/{deletion}/confirmed", Common, VERSION;
    CaseWorker post "/staff/requests/{reference}/flags" => "/staff/requests/{deletion}/flags", Common, VERSION;
    CaseWorker post "/staff/requests/{reference}/flags/{id}" => "/staff/requests/{deletion}/flags/0", Common, VERSION;
    CaseWorker post "/staff/requests/{reference}/identity" => "/staff/requests/{deletion}/identity", Common, VERSION;
    CaseWorker post "/staff/requests/{reference}/decide" => "/staff/requests/{deletion}/decide", Common, VERSION;
    CaseWorker post "/staff/requests/{reference}/preview" => "/staff/requests/{deletion}/preview", Common, VERSION;
    Supervisor post "/staff/requests/{reference}/approve" => "/staff/requests/{deletion}/approve", Common, VERSION;
    Supervisor post "/staff/requests/{reference}/send-back" => "/staff/requests/{deletion}/send-back", Common, VERSION;
    CaseWorker post "/staff/requests/{reference}/message" => "/staff/requests/{deletion}/message", Common, VERSION;
    CaseWorker post "/staff/requests/{reference}/extend" => "/staff/requests/{deletion}/extend", Common, VERSION;
    CaseWorker post "/staff/requests/{reference}/appeal" => "/staff/requests/{deletion}/appeal", Common, VERSION;
    CaseWorker post "/staff/requests/{reference}/told" => "/staff/requests/{deletion}/told", Common, VERSION;
    CaseWorker post "/staff/requests/{reference}/restriction/end" => "/staff/requests/{deletion}/restriction/end", Common, VERSION;
    CaseWorker post "/staff/requests/{reference}/restriction/keep" => "/staff/requests/{deletion}/restriction/keep", Common, VERSION;
    CaseWorker post "/staff/requests/{reference}/retry" => "/staff/requests/{deletion}/retry", Common, VERSION;
    CaseWorker post "/staff/requests/{reference}/plan" => "/staff/requests/{deletion}/plan", Common, VERSION;
    CaseWorker post "/staff/requests/{reference}/review-again" => "/staff/requests/{deletion}/review-again", Common, VERSION;

    CaseWorker get "/staff/opt-outs/new" => "/staff/opt-outs/new", Common, PAGE;
    CaseWorker post "/staff/opt-outs/new" => "/staff/opt-outs/new", Common, Sample::Form(&[("email", "nora@example.org"), ("what", "both"), ("channel", "phone"), ("received_on", "2026-02-09")]);
    Supervisor get "/staff/closed-addresses/new" => "/staff/closed-addresses/new", Common, PAGE;
    Supervisor post "/staff/closed-addresses/new" => "/staff/closed-addresses/new", Common, Sample::Form(&[("email", "nora@example.org"), ("why", "lost")]);
    Overseer get "/staff/closed-addresses" => "/staff/closed-addresses", Common, PAGE;
    Supervisor get "/staff/closed-addresses/{id}" => "/staff/closed-addresses/{proposed}", Common, PAGE;
    Supervisor post "/staff/closed-addresses/{id}/approve" => "/staff/closed-addresses/0/approve", Common, EMPTY;
    Supervisor post "/staff/closed-addresses/{id}/refuse" => "/staff/closed-addresses/0/refuse", Common, EMPTY;
    CaseReader get "/staff/ages" => "/staff/ages", Common, PAGE;
    CaseWorker get "/staff/ages/new" => "/staff/ages/new", Common, PAGE;
    CaseWorker post "/staff/ages/new" => "/staff/ages/new", Common, EMPTY;
    CaseWorker get "/staff/ages/parents/new" => "/staff/ages/parents/new", Common, PAGE;
    CaseWorker post "/staff/ages/parents/new" => "/staff/ages/parents/new", Common, EMPTY;
    CaseReader get "/staff/ages/{id}" => "/staff/ages/{age}", Common, PAGE;
    Supervisor post "/staff/ages/{id}/approve" => "/staff/ages/0/approve", Common, EMPTY;
    Supervisor post "/staff/ages/{id}/refuse" => "/staff/ages/0/refuse", Common, EMPTY;
    CaseReader get "/staff/holds" => "/staff/holds", Common, PAGE;
    Supervisor get "/staff/holds/new" => "/staff/holds/new", Common, PAGE;
    Supervisor post "/staff/holds/new" => "/staff/holds/new", Common, EMPTY;
    Supervisor post "/staff/holds/{id}/renew" => "/staff/holds/0/renew", Common, EMPTY;
    Supervisor post "/staff/holds/{id}/lift" => "/staff/holds/0/lift", Common, EMPTY;
    CaseReader get "/staff/corrections" => "/staff/corrections", Common, PAGE;
    CaseWorker post "/staff/corrections/{id}/repair" => "/staff/corrections/0/repair", Common, EMPTY;
    CaseWorker post "/staff/corrections/{id}/settle" => "/staff/corrections/0/settle", Common, EMPTY;
    Supervisor post "/staff/corrections/{id}/let-go" => "/staff/corrections/0/let-go", Common, EMPTY;
    CaseReader get "/staff/returned" => "/staff/returned", Common, PAGE;
    CaseWorker post "/staff/returned/{id}/propose" => "/staff/returned/0/propose", Common, EMPTY;
    Supervisor post "/staff/returned/{id}/approve" => "/staff/returned/0/approve", Common, EMPTY;
    Supervisor post "/staff/returned/{id}/send-back" => "/staff/returned/0/send-back", Common, EMPTY;
    Supervisor post "/staff/returned/{id}/leave" => "/staff/returned/0/leave", Common, EMPTY;
    Supervisor post "/staff/returned/{id}/look-again" => "/staff/returned/0/look-again", Common, EMPTY;
    Overseer get "/staff/periods" => "/staff/periods", Common, PAGE;
    Overseer get "/staff/periods/{id}" => "/staff/periods/{run}", Common, PAGE;
    Supervisor post "/staff/periods/{id}/approve" => "/staff/periods/0/approve", Common, EMPTY;
    Admin post "/staff/periods/approval" => "/staff/periods/approval", Common, Sample::Form(&[("without", "false")]);
    Overseer get "/staff/drift" => "/staff/drift", Common, PAGE;
    Overseer get "/staff/metrics" => "/staff/metrics", Common, PAGE;
    Overseer get "/staff/metrics.csv" => "/staff/metrics.csv?year=2026", Common, FILE;
    Admin post "/staff/metrics/publication" => "/staff/metrics/publication", Common, Sample::Form(&[("public", "true")]);
    Overseer get "/staff/register.csv" => "/staff/register.csv?year=2026", Common, FILE;
    Anyone get "/metrics-report" => "/metrics-report", Common, PAGE;
    Anyone get "/metrics-report.csv" => "/metrics-report.csv", Common, FILE;
    Auditor get "/staff/audit" => "/staff/audit", Common, PAGE;
    Staff get "/staff/health" => "/staff/health", Common, PAGE;
    Staff get "/staff/jobs" => "/staff/jobs", Common, PAGE;
    Mender post "/staff/jobs/{id}/retry" => "/staff/jobs/1/retry", Common, EMPTY;
    Staff get "/staff/mail" => "/staff/mail", Common, PAGE;
    Mender post "/staff/mail/retry" => "/staff/mail/retry", Common, EMPTY;
    Mender post "/staff/mail/{id}/retry" => "/staff/mail/{mail}/retry", Common, EMPTY;

    Anyone get "/healthz" => "/healthz", Common, PROGRAMS;
    Anyone get "/readyz" => "/readyz", Common, PROGRAMS;
    Anyone get "/metrics" => "/metrics", Common, PROGRAMS;
    Anyone get "/.well-known/security.txt" => "/.well-known/security.txt", Common, PROGRAMS;

    Person get "/disclosures" => "/disclosures", Common, PAGE;
    Person get "/disclosures/{id}" => "/disclosures/{disclosure}", Mayas, PAGE;
    Anyone get "/notices/{key}" => "/notices/{notice key}", Common, PAGE;
    Anyone post "/notices/{key}" => "/notices/{notice key}", Common, EMPTY;
    Person post "/data/by-hand" => "/data/by-hand", Common, EMPTY;
    CaseReader get "/staff/manual" => "/staff/manual", Common, PAGE;
    CaseWorker get "/staff/manual/{id}" => "/staff/manual/{manual}", Common, PAGE;
    CaseWorker post "/staff/manual/{id}" => "/staff/manual/{manual}", Common, Sample::Upload(&[("act", "found")]);
    CaseWorker post "/staff/manual/{id}/leave" => "/staff/manual/{manual}/leave", Common, VERSION;
    CaseReader get "/staff/recipients" => "/staff/recipients", Common, PAGE;
    CaseReader get "/staff/notices" => "/staff/notices?state=sent", Common, PAGE;
    CaseWorker post "/staff/notices/{id}/retry" => "/staff/notices/0/retry", Common, EMPTY;
    CaseWorker post "/staff/notices/{id}/confirm" => "/staff/notices/0/confirm", Common, EMPTY;
    CaseReader get "/staff/disclosures" => "/staff/disclosures", Common, PAGE;
    CaseReader get "/staff/disclosures/{id}" => "/staff/disclosures/1", Common, PAGE;

    Person get "/choices" => "/choices", Common, PAGE;
    Person post "/choices/opt-out" => "/choices/opt-out", Common, EMPTY;
    Person get "/choices/age" => "/choices/age", Common, PAGE;
    Person post "/choices/age" => "/choices/age", Common, Sample::Form(&[("born_on", "1990-01-01")]);
    Person get "/choices/history" => "/choices/history", Common, PAGE;
    Person get "/choices/history.csv" => "/choices/history.csv", Common, FILE;
    Person get "/choices/history.json" => "/choices/history.json", Common, FILE;
    Person post "/choices/{activity}/opt-out" => "/choices/sale-or-sharing/opt-out", Common, EMPTY;
    Person get "/choices/{activity}/opt-in" => "/choices/sale-or-sharing/opt-in", Common, PAGE;
    Person post "/choices/{activity}/opt-in" => "/choices/sale-or-sharing/opt-in", Common, EMPTY;

    Anyone get "/do-not-sell" => "/do-not-sell", Common, PAGE;
    Anyone post "/do-not-sell" => "/do-not-sell", Common, Sample::Form(&[("email", "")]);
    Anyone get "/do-not-sell/signal" => "/do-not-sell/signal", Common, PAGE;
    Anyone get "/.well-known/gpc.json" => "/.well-known/gpc.json", Common, PROGRAMS;
    Anyone get "/gpp.js" => "/gpp.js", Common, PROGRAMS;
    Anyone get "/do-not-sell/done/{id}" => "/do-not-sell/done/{visitor's receipt}", Common, PAGE;

    Person get "/receipts" => "/receipts", Common, PAGE;
    Anyone get "/receipts/verify" => "/receipts/verify", Common, PAGE;
    Anyone post "/receipts/verify" => "/receipts/verify", Common, Sample::Upload(&[("text", "{}")]);
    Anyone get "/receipts/{id}" => "/receipts/{receipt}", Mayas, PAGE;
    Anyone get "/receipts/{id}/file" => "/receipts/{receipt}/file", Mayas, FILE;
    Anyone get "/.well-known/candor-receipts.json" => "/.well-known/candor-receipts.json", Common, PROGRAMS;

    Anyone get "/sign-in" => "/sign-in", Common, SIGNED_OUT;
    Anyone post "/sign-in" => "/sign-in", Common, Sample::Form(&[("email", "ada@example.org")]);
    Anyone get "/sign-in/code" => "/sign-in/code", Common, Sample::Page(Seen::WithCodeAsked);
    Anyone post "/sign-in/code" => "/sign-in/code", Common, Sample::Form(&[("code", "000000")]);
    Anyone get "/sign-in/link/{token}" => "/sign-in/link/unknown", Common, SIGNED_OUT;
    Anyone get "/sign-in/totp" => "/sign-in/totp", Common, Sample::Page(Seen::BetweenFactors);
    Anyone post "/sign-in/totp" => "/sign-in/totp", Common, Sample::Form(&[("code", "000000")]);
    Anyone get "/sign-in/totp/set-up" => "/sign-in/totp/set-up", Common, Sample::Page(Seen::BeforeSetUp);
    Anyone post "/sign-in/totp/set-up" => "/sign-in/totp/set-up", Common, Sample::Form(&[("code", "000000")]);
    Anyone post "/sign-out" => "/sign-out", Common, EMPTY;
    Person get "/step-up" => "/step-up", Common, Sample::Page(Seen::LongAgo);
    Person post "/step-up" => "/step-up", Common, Sample::Form(&[("code", "000000")]);
    Person post "/step-up/send" => "/step-up/send", Common, EMPTY;
    Person get "/step-up/link/{token}" => "/step-up/link/unknown", Common, LEADS_ON;

    Account get "/account" => "/account", Common, PAGE;
    Person get "/account/access-log" => "/account/access-log", Common, PAGE;
    Person post "/account/residence" => "/account/residence", Common, Sample::Form(&[("residence", "de")]);
    Person get "/account/address" => "/account/address", Common, PAGE;
    Person post "/account/address" => "/account/address", Common, Sample::Form(&[("email", "maya.home@example.org")]);
    Person get "/account/address/code" => "/account/address/code", Common, LEADS_ON;
    Person post "/account/address/code" => "/account/address/code", Common, Sample::Form(&[("code", "000000")]);
    Person get "/account/address/{id}/close" => "/account/address/{second address}/close", Mayas, PAGE;
    Person post "/account/address/{id}/close" => "/account/address/{second address}/close", Mayas, EMPTY;
    Person post "/account/address/{id}/keep" => "/account/address/{second address}/keep", Mayas, EMPTY;
    Anyone get "/account/address/offered/{token}" => "{offer}", Common, PAGE;
    Anyone post "/account/address/offered/{token}" => "/account/address/offered/0", Common, EMPTY;
    Staff post "/account/recovery-codes" => "/account/recovery-codes", Common, Sample::Form(&[("code", "000000")]);
    Account post "/account/sessions/end-others" => "/account/sessions/end-others", Common, EMPTY;
    Account post "/account/sessions/{id}/end" => "/account/sessions/{session}/end", Mayas, EMPTY;

    Admin get "/staff/agents" => "/staff/agents", Common, PAGE;
    Admin get "/staff/agents/business.json" => "/staff/agents/business.json", Common, FILE;
    Admin get "/staff/agents/new" => "/staff/agents/new", Common, PAGE;
    Admin post "/staff/agents/new" => "/staff/agents/new", Common, Sample::Form(&[("agent_id", "OSIRAA")]);
    Admin post "/staff/agents/{id}/disable" => "/staff/agents/0/disable", Common, EMPTY;
    Admin get "/staff/tokens" => "/staff/tokens", Common, PAGE;
    Admin get "/staff/tokens/new" => "/staff/tokens/new", Common, PAGE;
    Admin post "/staff/tokens/new" => "/staff/tokens/new", Common, Sample::Form(&[("name", "The shop"), ("scope", "choices:read"), ("days", "90")]);
    Admin post "/staff/tokens/{id}/revoke" => "/staff/tokens/0/revoke", Common, EMPTY;
    Anyone get "/insights" => "/insights", Common, PAGE;
    Anyone get "/leaving" => "{leaving}", Common, PAGE;
    Admin get "/staff/sites" => "/staff/sites", Common, PAGE;
    Admin get "/staff/sites/new" => "/staff/sites/new", Common, PAGE;
    Admin post "/staff/sites/new" => "/staff/sites/new", Common, EMPTY;
    Admin get "/staff/sites/{id}" => "/staff/sites/{site}", Common, PAGE;
    Admin post "/staff/sites/{id}" => "/staff/sites/{site}", Common, EMPTY;
    Admin post "/staff/sites/{id}/remove" => "/staff/sites/0/remove", Common, EMPTY;
    Admin get "/staff/members" => "/staff/members", Common, PAGE;
    Admin get "/staff/members/new" => "/staff/members/new", Common, PAGE;
    Admin post "/staff/members/new" => "/staff/members/new", Common, EMPTY;
    Admin get "/staff/members/{id}" => "/staff/members/{member}", Common, PAGE;
    Admin post "/staff/members/{id}/role" => "/staff/members/{member}/role", Common, Sample::Form(&[("role", "agent")]);
    Admin post "/staff/members/{id}/disable" => "/staff/members/{member}/disable", Common, EMPTY;
    Admin post "/staff/members/{id}/enable" => "/staff/members/{member}/enable", Common, EMPTY;
    Admin get "/staff/members/{id}/reset-second-factor" => "/staff/members/{member}/reset-second-factor", Common, PAGE;
    Admin post "/staff/members/{id}/reset-second-factor" => "/staff/members/{member}/reset-second-factor", Common, Sample::Form(&[("code", "000000")]);

    Anyone get "/policy" => "/policy", Common, PAGE;
    Anyone get "/policy/versions" => "/policy/versions", Common, PAGE;
    Anyone get "/policy/compare" => "/policy/compare", Common, PAGE;
    Anyone get "/policy/compare/{from}/{to}" => "/policy/compare/2024-09/2025-07", Common, PAGE;
    Anyone get "/policy/{version}" => "/policy/2024-09", Common, PAGE;
    Person post "/policy/{version}/acknowledge" => "/policy/2024-09/acknowledge", Common, EMPTY;
    Admin get "/staff/policy" => "/staff/policy", Common, PAGE;
    Admin post "/staff/policy/reviewed" => "/staff/policy/reviewed", Common, EMPTY;
    Admin get "/staff/policy/new" => "/staff/policy/new", Common, PAGE;
    Admin post "/staff/policy/edit" => "/staff/policy/edit", Common, Sample::Upload(&[("body", "")]);
    Admin post "/staff/policy/preview" => "/staff/policy/preview", Common, Sample::Upload(&[("body", "")]);
    Admin post "/staff/policy/publish" => "/staff/policy/publish", Common, Sample::Upload(&[("body", "")]);

    Anyone get "/static/{name:.*}" => "/static/candor.css", Common, PROGRAMS;

    Anyone get "/demo" => "/demo", Common, PAGE;
    Anyone get "/demo/people.json" => "/demo/people.json", Common, PROGRAMS;
    Anyone get "/demo/mailbox" => "/demo/mailbox", Common, PAGE;
    Anyone get "/demo/mailbox.json" => "/demo/mailbox.json", Common, PROGRAMS;
    Anyone get "/demo/mailbox/{id}" => "/demo/mailbox/{mail}", Common, PAGE;
    Anyone get "/demo/mailbox/{id}/html" => "/demo/mailbox/{mail}/html", Common, Sample::NoPage("a mail, shown in a frame");
}
