//! What every handler, job and command works with.

use std::ops::Deref;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use tokio::sync::Notify;

use crate::choices::Spent;
use crate::clock::Clock;
use crate::config::{Config, Site};
use crate::db::Db;
use crate::error::AppError;
use crate::keys::Keys;
use crate::law::Laws;
use crate::mail::Mailer;
use crate::manual::desk::PortalDesk;
use crate::outbound::Outbound;
use crate::register::Register;
use crate::sources::Sources;

/// Cheap to clone; a handler takes it as a parameter.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of the application. They keep nothing that another instance would need.
pub struct Parts {
    /// The portal's own database.
    pub db: Db,
    /// The only source of time.
    pub clock: Clock,
    /// Every key, derived from the master secret.
    pub keys: Arc<Keys>,
    /// What pages and mails need to know of the settings.
    pub site: Arc<Site>,
    /// Writes mails into the outbox.
    pub mailer: Mailer,
    /// What the organisation declares.
    pub register: Arc<Register>,
    /// The company's databases.
    pub sources: Sources,
    /// Calls addresses that others gave us.
    pub outbound: Outbound,
    /// The laws on requests and opt-outs.
    pub laws: Arc<Laws>,
    /// Rung after a commit that left mail or a job, so that the worker in this process need not wait for its next look.
    pub wake: Arc<Notify>,
    /// Whose opt-outs are not written down for a while. Another instance learns it by itself.
    pub spent: Arc<Spent>,
}

impl App {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        App(Arc::new(parts))
    }

    /// Opens everything that the settings name.
    pub fn open(config: Config) -> anyhow::Result<App> {
        let db = config.open_database()?;
        let register = Arc::new(Register::open(&config.register)?);
        let site = Arc::new(config.site(&register.organisation));
        let secret = config.keys.derive("sources");
        let keys = Arc::new(config.keys);
        let desk = PortalDesk::open(db.clone(), keys.clone());
        let around = (config.outbound_networks.as_slice(), Some(&desk));
        let sources = Sources::open_at(register.clone(), &config.sources, &secret, around)
            .map_err(|faults| anyhow::anyhow!("{}", faults.join("\n")))?;
        for key in sources.without_address() {
            tracing::warn!(
                source = key,
                "no address was given for this source: what it holds is not found; set --source"
            );
        }
        Ok(App::new(Parts {
            db,
            clock: Clock::system(),
            keys,
            mailer: Mailer::new(site.clone()),
            site,
            register,
            sources,
            outbound: Outbound::new(&config.outbound_networks)?,
            laws: Arc::new(config.laws),
            wake: Arc::default(),
            spent: Arc::default(),
        }))
    }
}

impl App {
    /// The one that serves a request.
    pub fn of(request: &HttpRequest) -> &App {
        let app = request.app_data::<web::Data<App>>();
        app.expect("the server registers App")
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl FromRequest for App {
    type Error = AppError;
    type Future = std::future::Ready<Result<App, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Ok(App::of(request).clone()))
    }
}
