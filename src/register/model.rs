//! The register as a whole, and the people and purposes in it.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::insights::Insights;
use super::{
    Category, Collection, CollectionKey, Dataset, Field, Incentive, Machine, Masking, Place,
    Required, SetAside, covers,
};
use crate::db::text_enum;

/// Everything that the organisation declares. Immutable; share it in an `Arc`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Register {
    /// Who holds the data.
    pub organisation: Organisation,
    /// In the order of file names, then of the manifest.
    pub datasets: Vec<Dataset>,
    /// In the order of `register.yml`, which is the order of pages.
    pub categories: Vec<Category>,
    /// In the order of file names, then of the manifest.
    pub activities: Vec<Activity>,
    /// In the order of `register.yml`.
    pub recipients: Vec<Recipient>,
    /// How values are masked on erasure where neither their field nor their category says it.
    pub masking: Option<Masking>,
    /// The systems that carry out the activities.
    pub systems: Vec<System>,
    /// Which figures about everybody are counted, if any.
    pub insights: Option<Insights>,
    /// What is left out of a search, and named instead.
    pub set_aside: Vec<SetAside>,
}

/// Who runs the portal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Organisation {
    /// The name that people know.
    pub name: String,
    /// The name in the company register; may be empty.
    pub legal_name: String,
    /// E-mail address for privacy questions.
    pub contact: String,
    /// Postal address; may be empty.
    pub address: String,
    /// Its own web site; may be empty.
    pub website: String,
    /// E-mail address of the data protection officer; may be empty.
    pub data_protection_officer: String,
    /// In which its staff read times; in UTC where it does not say.
    pub time_zone: Option<Tz>,
}

/// One processing activity: a privacy declaration of a fideslang system.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Activity {
    /// Where it is declared.
    pub place: Place,
    /// Stable key such as `marketing`; choices are kept under it.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// One or two plain sentences: what is done and why.
    pub purpose: String,
    /// `None` where the manifest does not say.
    pub lawful_basis: Option<LawfulBasis>,
    /// fideslang data use, such as `marketing.advertising.third_party`.
    pub data_use: String,
    /// A person may refuse it and keep the service.
    pub refusable: bool,
    /// Why it cannot be refused, and what stops without it.
    pub mandatory: Option<Required>,
    /// It sells data or shares them for advertising (Cal. Civ. Code 1798.140(ad), (ah)).
    pub sale_or_sharing: bool,
    /// It uses sensitive data beyond what the service needs: "limit" stops it.
    pub uses_sensitive: bool,
    /// What people get for agreeing to it.
    pub incentive: Option<Incentive>,
    /// The machine that takes part in decisions of weight by it.
    pub machine: Option<Machine>,
    /// Data categories that it uses; each speaks for all beneath it.
    pub categories: Vec<String>,
    /// Whose data, as fideslang data subjects.
    pub subjects: Vec<String>,
    /// Key of the system that carries it out.
    pub system: String,
    /// The titles of the categories that it uses; follows from the categories.
    pub data: Vec<String>,
    /// The names of the recipients who get data for it; follows from the recipients.
    pub recipients: Vec<String>,
}

text_enum! {
    /// The bases of GDPR Art. 6(1).
    pub enum LawfulBasis {
        /// (a) The person agreed.
        Consent = "consent",
        /// (b) The contract with the person needs it.
        Contract = "contract",
        /// (c) A law demands it.
        LegalObligation = "legal-obligation",
        /// (d) It protects somebody's life.
        VitalInterests = "vital-interests",
        /// (e) It is a task in the public interest.
        PublicTask = "public-task",
        /// (f) The organisation's interests, weighed against the person's.
        LegitimateInterests = "legitimate-interests",
    }
}

impl Activity {
    /// Whether a machine takes part in decisions of weight by it, and people can opt out of that.
    pub fn decides_by_machine(&self) -> bool {
        self.machine.as_ref().is_some_and(Machine::may_be_refused)
    }
}

impl LawfulBasis {
    /// What people read.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Consent => "You agreed to it",
            Self::Contract => "Our contract with you needs it",
            Self::LegalObligation => "The law demands it",
            Self::VitalInterests => "It protects someone's life",
            Self::PublicTask => "It is a task in the public interest",
            Self::LegitimateInterests => "We have a legitimate interest in it",
        }
    }
}

/// Who gets data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Where it is declared.
    pub place: Place,
    /// Stable key; disclosures are kept under it.
    pub key: String,
    /// The name that people read: a company, or a kind such as "Employers you apply to".
    pub name: String,
    /// What it is to the organisation.
    pub role: RecipientRole,
    /// One plain sentence: what it does with the data.
    pub purpose: String,
    /// Data categories that it gets; each speaks for all beneath it.
    pub categories: Vec<String>,
    /// Keys of the activities for which it gets them; refusing one of these is passed on to it.
    pub activities: Vec<String>,
    /// When the contract about the data was signed.
    pub contract_on: Option<NaiveDate>,
    /// What its terms are called, or where they stand, in words for staff.
    pub terms: Option<String>,
    /// When it last confirmed that it keeps to them.
    pub attested_on: Option<NaiveDate>,
    /// Within how many business days its contract has it say that it can no longer comply.
    pub warns_within: Option<u32>,
    /// Where it is told of deletions, corrections and opt-outs: an e-mail address or a URL.
    pub contact: Option<String>,
    /// Why it is not told of corrections, deletions and restrictions, in a sentence that people read.
    pub not_told: Option<String>,
}

impl Recipient {
    /// Whether the law asks for a contract with it: who works for the organisation, and whoever it sells or gives data to
    /// (Cal. Civ. Code 1798.100(d)).
    pub fn needs_contract(&self) -> bool {
        matches!(
            self.role,
            RecipientRole::ServiceProvider | RecipientRole::Contractor | RecipientRole::ThirdParty
        )
    }
}

text_enum! {
    /// What a recipient is to the organisation.
    pub enum RecipientRole {
        /// Works on the organisation's behalf, under contract.
        ServiceProvider = "service-provider",
        /// Gets data for a business purpose, under contract.
        Contractor = "contractor",
        /// Uses data for purposes of its own.
        ThirdParty = "third-party",
        /// Under the same owner.
        Affiliate = "affiliate",
        /// Court, agency or other public body.
        Authority = "authority",
        /// Takes over the business.
        Successor = "successor",
        /// Looks for people to employ.
        ProspectiveEmployer = "prospective-employer",
    }
}

impl RecipientRole {
    /// What people read.
    pub const fn title(self) -> &'static str {
        match self {
            Self::ServiceProvider => "Service provider",
            Self::Contractor => "Contractor",
            Self::ThirdParty => "Third party",
            Self::Affiliate => "Affiliated company",
            Self::Authority => "Public authority",
            Self::Successor => "Successor company",
            Self::ProspectiveEmployer => "Prospective employer",
        }
    }
}

/// A fideslang system: what carries out activities.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct System {
    /// Where it is declared.
    pub place: Place,
    /// `fides_key`.
    pub key: String,
    /// The name that people read.
    pub name: String,
    /// May be empty.
    pub description: String,
    /// Keys of the datasets that it works on.
    pub datasets: Vec<String>,
}

impl Register {
    /// The dataset of this key.
    pub fn dataset(&self, key: &str) -> Option<&Dataset> {
        self.datasets.iter().find(|dataset| dataset.key == key)
    }

    /// The collection of this key.
    pub fn collection(&self, key: &CollectionKey) -> Option<&Collection> {
        self.dataset(&key.dataset)?.collection(&key.collection)
    }

    /// Whether there is a data category of this key, declared or not.
    pub fn knows_category(&self, key: &str) -> bool {
        self.category(key).is_some() || super::taxonomy::knows(key)
    }

    /// The declared category of exactly this key.
    pub fn category(&self, key: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.key == key)
    }

    /// The declared category that speaks for a data category: the one with the longest key that covers it.
    pub fn category_of(&self, data_category: &str) -> Option<&Category> {
        self.categories
            .iter()
            .filter(|it| covers(&it.key, data_category))
            .max_by_key(|it| it.key.len())
    }

    /// How a field's value is masked on erasure: as it says itself, else its category, else the register as a whole.
    pub fn masking_of<'a>(&'a self, field: &'a Field) -> Option<&'a Masking> {
        let mut categories = field
            .categories
            .iter()
            .filter_map(|key| self.category_of(key));
        let by_category = || categories.find_map(|category| category.masking.as_ref());
        field
            .masking
            .as_ref()
            .or_else(by_category)
            .or(self.masking.as_ref())
    }

    /// The activity of this key.
    pub fn activity(&self, key: &str) -> Option<&Activity> {
        self.activities.iter().find(|activity| activity.key == key)
    }

    /// The recipient of this key.
    pub fn recipient(&self, key: &str) -> Option<&Recipient> {
        self.recipients
            .iter()
            .find(|recipient| recipient.key == key)
    }

    /// What people call a recipient; the key itself when the register no longer has it.
    pub fn recipient_name<'a>(&'a self, key: &'a str) -> &'a str {
        self.recipient(key).map_or(key, |it| &it.name)
    }

    /// What people call a collection; its key when the register no longer has it.
    pub fn collection_title(&self, key: &CollectionKey) -> String {
        let collection = self.collection(key);
        collection.map_or_else(|| key.to_string(), |it| it.title.clone())
    }

    /// The activities that a person may refuse, in the order of the register.
    pub fn refusable(&self) -> impl Iterator<Item = &Activity> {
        self.activities.iter().filter(|activity| activity.refusable)
    }

    /// The datasets of one connected source.
    pub fn datasets_of<'a>(&'a self, source: &'a str) -> impl Iterator<Item = &'a Dataset> {
        self.datasets
            .iter()
            .filter(move |dataset| dataset.source == source)
    }
}
