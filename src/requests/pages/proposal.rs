//! What a person proposes in place of a value: as it is sent, kept over a confirmation, and checked.

use actix_multipart::form::MultipartForm;
use actix_multipart::form::bytes::Bytes;
use actix_multipart::form::text::Text;
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::correction::{Subject, Target};
use crate::app::App;
use crate::error::AppResult;
use crate::my_data::read;
use crate::requests::evidence::{File, LARGEST};
use crate::requests::filing::NewCorrection;
use crate::requests::items;
use crate::requests::kept_file::{self, Place};
use crate::sources::Held;
use crate::web::Form;

/// What the person proposes.
#[derive(Debug, Default, Clone, Deserialize, Serialize, Validate)]
pub struct Proposal {
    #[serde(default)]
    pub value: String,
    #[serde(default)]
    #[validate(length(max = 4000, message = "Say it in at most 4,000 characters."))]
    pub reason: String,
    #[serde(default)]
    #[validate(length(max = 4000, message = "Say it in at most 4,000 characters."))]
    pub news: String,
    /// "yes" where nothing should stand there.
    #[serde(default)]
    pub empties: String,
    /// "yes" for the file that was kept while they confirmed that it is them.
    #[serde(default)]
    pub kept_file: String,
    /// Whether a file was sent that was not kept.
    #[serde(default, skip_serializing)]
    pub is_without_file: bool,
}

/// The form as a browser sends it, with the file.
#[derive(Debug, MultipartForm)]
pub struct Sent {
    value: Text<String>,
    reason: Option<Text<String>>,
    news: Option<Text<String>>,
    empties: Option<Text<String>>,
    kept_file: Option<Text<String>>,
    evidence: Option<Bytes>,
    then: Option<Text<String>>,
}

impl Sent {
    /// Whether it is to wait for others that are sent with it.
    pub fn is_for_list(&self) -> bool {
        self.then.as_ref().is_some_and(|it| **it == "more")
    }

    /// The file, if one of a kind that is taken was sent.
    pub fn file(&self) -> Option<&[u8]> {
        let sent = self.evidence.as_ref().map(|it| &it.data[..]);
        let is_taken = |it: &&[u8]| it.len() <= LARGEST && File::recognise(it.to_vec()).is_some();
        sent.filter(is_taken)
    }

    /// What is kept in the session while the person confirms that it is them; the file, if it could be, elsewhere.
    pub fn fields(&self) -> [(String, String); 6] {
        let text =
            |it: &Option<Text<String>>| it.as_ref().map_or(String::new(), |it| it.to_string());
        let had_file = self.evidence.as_ref().is_some_and(|it| !it.data.is_empty());
        let is_kept = self.file().is_some() || text(&self.kept_file) == YES && !had_file;
        let yes = |is: bool| if is { YES.to_owned() } else { String::new() };
        [
            ("value", self.value.to_string()),
            ("reason", text(&self.reason)),
            ("news", text(&self.news)),
            ("empties", text(&self.empties)),
            ("kept_file", yes(is_kept)),
            ("is_without_file", (had_file && !is_kept).to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
    }
}

/// Stands beside a value that was not typed.
const VALUE_IS_MISSING: &str =
    "Type the value that is right. If nothing should stand there, tick the box below.";

/// What a box that is ticked sends.
const YES: &str = "yes";

pub type Checked = Result<(NewCorrection, Option<File>, Proposal), Form<Proposal>>;

/// Checks what was sent.
pub async fn check(
    app: &App,
    person_id: i64,
    target: &Target,
    subject: &Subject,
    sent: Sent,
) -> AppResult<Checked> {
    let proposal = Proposal {
        value: sent.value.into_inner(),
        reason: sent.reason.map(Text::into_inner).unwrap_or_default(),
        news: sent.news.map(Text::into_inner).unwrap_or_default(),
        empties: sent.empties.map(Text::into_inner).unwrap_or_default(),
        kept_file: sent.kept_file.map(Text::into_inner).unwrap_or_default(),
        is_without_file: false,
    };
    let proposal = match Form::check(proposal) {
        Ok(proposal) => proposal,
        Err(form) => return Ok(Err(form)),
    };
    // A field that was forgotten is no wish to have its value erased.
    if proposal.value.trim().is_empty() && proposal.empties != YES {
        return Ok(Err(Form::new(proposal).refuse("value", VALUE_IS_MISSING)));
    }
    let evidence = match recognise(sent.evidence) {
        Ok(evidence) => evidence,
        Err(sentence) => return Ok(Err(Form::new(proposal).refuse("evidence", sentence))),
    };
    let is_kept = evidence.is_none() && proposal.kept_file == YES;
    let evidence = if is_kept {
        kept(app, target.place(person_id)).await?
    } else {
        evidence
    };
    if is_kept && evidence.is_none() {
        let kept_file = String::new();
        let form = Form::new(Proposal {
            kept_file,
            ..proposal
        });
        return Ok(Err(form.refuse("evidence", FILE_IS_GONE)));
    }
    let said = (proposal.value.as_str(), proposal.reason.as_str());
    match propose(app, person_id, (target, subject), said).await? {
        Ok(correction) => Ok(Ok((correction, evidence, proposal))),
        Err(sentence) => Ok(Err(Form::new(proposal).refuse("value", sentence))),
    }
}

/// What a value that was typed, and why, come to; or a sentence about what is wrong with it.
pub async fn propose(
    app: &App,
    person_id: i64,
    (target, subject): (&Target, &Subject),
    (typed, reason): (&str, &str),
) -> AppResult<Result<NewCorrection, String>> {
    let (cell, own) = (target.cell(), typed.to_owned());
    let planned = read(app, person_id, move |app, identities| {
        items::plan(app, identities, &cell, &own)
    });
    let change = match planned.await? {
        Ok(change) => change,
        Err(sentence) => return Ok(Err(sentence)),
    };
    let is_same = match &subject.held {
        Held::Plain(value) => *value == change.value,
        Held::Empty => change.value.is_null(),
        Held::Masked(_) => false,
    };
    if is_same || typed.trim() == subject.current {
        let sentence = "This is what we hold already. Enter the right value.";
        return Ok(Err(sentence.to_owned()));
    }
    Ok(Ok(NewCorrection {
        record: target.record.clone(),
        field: target.field.clone(),
        old_value: subject.current.clone(),
        new_value: typed.trim().to_owned(),
        change,
        reason: reason.to_owned(),
        source_name: subject.source_name.clone(),
    }))
}

/// Stands beside the file where none was kept.
pub const FILE_IS_GONE: &str =
    "Choose your file again: we did not keep it while you confirmed that it is you.";

/// The form of a page that is shown again: a browser does not send the file a second time, so that it is kept.
pub async fn keep_with(
    app: &App,
    place: Place,
    content: Option<Vec<u8>>,
    form: Form<Proposal>,
) -> AppResult<Form<Proposal>> {
    if content.is_none() {
        return Ok(form);
    }
    keep_file(app, place, content).await?;
    let mut form = form;
    YES.clone_into(&mut form.values.kept_file);
    Ok(form)
}

/// Keeps a file that is one of those that are taken.
pub async fn keep_file(app: &App, place: Place, content: Option<Vec<u8>>) -> AppResult<()> {
    let Some(content) = content else {
        return Ok(());
    };
    let own = app.clone();
    let kept = app.db.write(move |conn| {
        let now = own.clock.now();
        Ok(kept_file::keep(conn, &own, &place, &content, now)?)
    });
    kept.await
}

/// The file that was kept while they confirmed that it is them.
async fn kept(app: &App, place: Place) -> AppResult<Option<File>> {
    let own = app.clone();
    let found = app
        .db
        .read(move |conn| kept_file::find(conn, &own, &place, own.clock.now()));
    Ok(found.await?.and_then(File::recognise))
}

/// The file that was sent, if one was; or what is wrong with it.
pub fn recognise(sent: Option<Bytes>) -> Result<Option<File>, &'static str> {
    let Some(sent) = sent.filter(|sent| !sent.data.is_empty()) else {
        return Ok(None);
    };
    if sent.data.len() > LARGEST {
        return Err("The file is larger than 10 MB. Send a smaller one.");
    }
    let file = File::recognise(sent.data.to_vec());
    file.map(Some)
        .ok_or("Send a PDF, a PNG or JPEG picture, or a plain text file.")
}
