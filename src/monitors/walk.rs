//! The walks through the pages. Each ends with what was found, or with the first thing that is wrong.

use std::collections::BTreeSet;

use serde_json::Value;

use super::visit::Browser;
use crate::app::App;
use crate::choices::{SALE_OR_SHARING, refusables};

const FORM: &str = "/do-not-sell";

/// The public pages whose links must answer.
const PAGES: [&str; 5] = ["/", FORM, "/policy", "/request", "/sign-in"];

/// So many links are followed at most.
const LINKS: usize = 200;

/// How many forms must be sent.
pub struct Steps {
    /// To opt out.
    pub out: i32,
    /// To allow it again.
    pub back: i32,
}

impl Steps {
    /// How many they are; a fault when saying no takes more of them than saying yes (11 CCR 7004(a)(2)).
    pub fn in_words(&self) -> Result<String, String> {
        let Steps { out, back } = self;
        let words = format!("Forms to opt out: {out}; to allow it again: {back}.");
        if out > back {
            return Err(format!("{words} Opting out must take no more."));
        }
        Ok(words)
    }
}

/// So many forms are sent at most before the opt-out counts as one that has no end.
const FORMS: i32 = 5;

/// Opts this browser out by the form, and counts the forms until a page says that it is done.
pub async fn opt_out(app: &App, browser: &mut Browser) -> Result<Steps, String> {
    let page = browser.get(FORM).await?.page(FORM)?;
    if !page.contains("action=\"/do-not-sell\"") {
        return Err(format!("{FORM} has no form to opt out with."));
    }
    let (mut form, mut sent) = (FORM.to_owned(), 0);
    let out = loop {
        let done = browser.send_form(&form).await?.leads_on(&form)?;
        sent += 1;
        let done = browser
            .own_path(&done)
            .ok_or("The form leads to another site.")?;
        let page = browser.get(&done).await?.page("The page after the form")?;
        if page.to_lowercase().contains("opted out") {
            break sent;
        }
        form = match form_in(&page) {
            Some(next) if sent < FORMS => next.to_owned(),
            _ => return Err("The page after the form does not say that it is done.".to_owned()),
        };
    };
    let page = browser.get(FORM).await?.page(FORM)?;
    if !page.contains("<dd>Off") {
        return Err(format!("{FORM} does not show the opt-out afterwards."));
    }
    let back = steps_back(app);
    Ok(Steps { out, back })
}

/// Where the first form of the main part of a page is sent to.
fn form_in(page: &str) -> Option<&str> {
    let main = page.split("<main").nth(1)?;
    let form = main.split("<form").nth(1)?;
    form.split("action=\"").nth(1)?.split('"').next()
}

/// Allowing it again: the switch, and then the confirmation where one is asked for.
fn steps_back(app: &App) -> i32 {
    let all = refusables(&app.register);
    let sale = all.iter().find(|it| it.key == SALE_OR_SHARING);
    if sale.is_some_and(|it| it.two_steps) {
        2
    } else {
        1
    }
}

/// The line that says that the signal is honoured stands there when it is sent, and only then.
pub async fn signal(browser: &mut Browser, without: &mut Browser) -> Result<(), String> {
    const LINE: &str = "class=\"signal\"";
    let answer = browser.get_with_signal("/").await?;
    let varies = answer.vary.to_lowercase().contains("sec-gpc");
    if !answer.page("/")?.contains(LINE) {
        return Err("/ does not say that the signal is honoured.".to_owned());
    }
    if !varies {
        return Err(
            "/ does not name the signal under Vary, so that caches mix answers up.".to_owned(),
        );
    }
    if without.get("/").await?.page("/")?.contains(LINE) {
        return Err("/ speaks of a signal that was not sent.".to_owned());
    }
    let path = "/.well-known/gpc.json";
    let statement = browser.get(path).await?.page(path)?;
    let statement: Option<Value> = serde_json::from_str(&statement).ok();
    if statement.is_none_or(|it| it["gpc"] != true) {
        return Err(format!("{path} does not say that we honour the signal."));
    }
    Ok(())
}

/// Every public page and each link on it to a page of ours answers. Gives how many.
pub async fn links(browser: &mut Browser) -> Result<usize, String> {
    let mut paths = BTreeSet::new();
    for path in PAGES {
        let page = browser.get(path).await?.page(path)?;
        paths.extend(hrefs(&page).filter_map(|it| browser.own_path(it)));
    }
    if paths.is_empty() {
        return Err("No public page leads to another one.".to_owned());
    }
    let count = paths.len().min(LINKS);
    for path in paths.into_iter().take(LINKS) {
        let status = browser.get(&path).await?.status;
        if status >= 400 {
            return Err(format!("A link leads to {path}, which answers {status}."));
        }
    }
    Ok(count)
}

/// Where the links of one of our own pages lead.
fn hrefs(page: &str) -> impl Iterator<Item = &str> {
    let parts = page.split(" href=\"").skip(1);
    let links = parts.filter_map(|it| it.split('"').next());
    links.filter(|it| !it.starts_with('#') && !it.starts_with("mailto:"))
}
