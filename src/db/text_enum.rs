//! Enums that are kept as text, since `MultiConnection` has no enum of its own.

use std::str::FromStr;

use diesel::backend::Backend;
use diesel::deserialize::FromStaticSqlRow;
use diesel::prelude::Queryable;
use diesel::sql_types::{Nullable, Text};

/// An enum whose variants have a fixed text: in the database, in JSON and in URLs.
/// Use it in a model with `#[diesel(deserialize_as = String)]`.
macro_rules! text_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            /// Every variant, in the order of declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The fixed text of the variant.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                let known = Self::ALL.iter().find(|known| known.as_str() == text);
                known.copied().ok_or_else(|| format!("unknown {}: {text:?}", stringify!($name)))
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                text.parse()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use text_enum;

/// A nullable column of such an enum: `#[diesel(deserialize_as = OptionalText<State>)]` on an `Option<State>`.
pub struct OptionalText<T>(Option<T>);

impl<T> From<OptionalText<T>> for Option<T> {
    fn from(text: OptionalText<T>) -> Self {
        text.0
    }
}

impl<T, DB> Queryable<Nullable<Text>, DB> for OptionalText<T>
where
    DB: Backend,
    T: FromStr<Err = String>,
    Option<String>: FromStaticSqlRow<Nullable<Text>, DB>,
{
    type Row = Option<String>;

    fn build(row: Self::Row) -> diesel::deserialize::Result<Self> {
        let known = row.map(|text| text.parse()).transpose()?;
        Ok(OptionalText(known))
    }
}
