//! Every version of ProJobSector's policy.

use anyhow::anyhow;
use chrono::{NaiveDateTime, NaiveTime};
use rust_embed::RustEmbed;

use crate::audit::Actor;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::policy::file::PolicyFile;
use crate::policy::take_over;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/demo/policy"]
struct Versions;

/// Takes all versions over, as an organisation does that begins to use Candor.
pub fn take_over_all(conn: &mut AnyConnection, now: NaiveDateTime) -> AppResult<()> {
    for name in Versions::iter() {
        let file = Versions::get(&name).expect("its name was listed");
        let file = PolicyFile::read(&String::from_utf8_lossy(&file.data));
        let draft = file
            .map_err(|fault| anyhow!("{name}: {fault}"))?
            .into_draft();
        let (draft, published) = draft.ok_or_else(|| anyhow!("{name} has no date"))?;
        let published = published.unwrap_or(draft.effective_on);
        let at = published.and_time(NaiveTime::MIN);
        if let Err(faults) = take_over(conn, &draft, at, Actor::System, now)? {
            Err(anyhow!("{name}: {faults:?}"))?;
        }
    }
    Ok(())
}
