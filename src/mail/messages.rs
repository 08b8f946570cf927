//! What a mail says.

use chrono::TimeDelta;

use crate::config::Site;

/// A mail's parts, rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// The plain text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

/// Something that can be mailed. Implement it with [`message!`].
pub trait Message {
    /// The folder of its templates; the outbox keeps it as the mail's kind.
    const NAME: &'static str;

    /// For so long the mail is of use: the life of the code in it. It goes out before all others, not at all
    /// once that time is over, and its text is kept for one day only.
    const EXPIRES_AFTER: Option<TimeDelta> = None;

    /// Renders all parts. In the templates `m` is the message and `site` the portal.
    fn render(&self, site: &Site) -> askama::Result<Rendered>;
}

/// Ties a struct to the three templates of its folder:
/// `message!(RequestReceived, "request_received", "mail/request_received/subject.txt", "…/body.txt", "…/body.html")`.
/// A sixth part, `expires_after = TimeDelta::minutes(10)`, is for mails with a code.
macro_rules! message {
    ($name:ident, $folder:literal, $subject:literal, $text:literal, $html:literal
        $(, expires_after = $life:expr)?) => {
        const _: () = {
            #[derive(askama::Template)]
            #[template(path = $subject)]
            struct Subject<'a> {
                m: &'a $name,
                site: &'a $crate::config::Site,
            }

            #[derive(askama::Template)]
            #[template(path = $text)]
            struct Text<'a> {
                m: &'a $name,
                site: &'a $crate::config::Site,
            }

            #[derive(askama::Template)]
            #[template(path = $html)]
            struct Html<'a> {
                m: &'a $name,
                site: &'a $crate::config::Site,
            }

            impl $crate::mail::Message for $name {
                const NAME: &'static str = $folder;
                $(const EXPIRES_AFTER: Option<chrono::TimeDelta> = Some($life);)?

                fn render(
                    &self,
                    site: &$crate::config::Site,
                ) -> askama::Result<$crate::mail::Rendered> {
                    use askama::Template;
                    let subject = Subject { m: self, site };
                    // A subject may name neither.
                    let _ = (subject.m, subject.site);
                    Ok($crate::mail::Rendered {
                        subject: subject.render()?.trim().replace(['\r', '\n'], " "),
                        text: Text { m: self, site }.render()?,
                        html: Html { m: self, site }.render()?,
                    })
                }
            }
        };
    };
}
pub(crate) use message;
