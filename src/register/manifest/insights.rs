//! `candor: insights:` at the top of a file.

use super::reader::Map;
use crate::register::{
    CollectionKey,
    insights::{Division, Figure, Insights},
};

/// Smaller groups could give somebody away whatever else is done.
const SMALLEST: u32 = 5;

pub(super) fn read(map: Map) -> Option<Insights> {
    let threshold = map.number("threshold").unwrap_or(10);
    if threshold < SMALLEST {
        map.fault(
            "threshold",
            format!("groups of {threshold} are too small"),
            "5 or more; 10 if it is left out",
        );
    }
    let place = map.place.clone();
    let people = map.map("people").and_then(|people| {
        let read = (
            collection(&people),
            people.needed_text("id"),
            people.needed_text("email"),
        );
        people.finish(&[]);
        Some((read.0?, read.1, read.2))
    });
    if !map.has("people") {
        map.fault(
            "people",
            "it is missing",
            "the collection with one record for each person",
        );
    }
    let figures = map.maps("figures", "key");
    let figures = figures.into_iter().filter_map(figure).collect();
    map.finish(&[]);
    let (people, id, email) = people?;
    Some(Insights {
        place,
        threshold,
        people,
        id,
        email,
        figures,
    })
}

/// `None`, with a fault, when it is missing.
fn collection(map: &Map) -> Option<CollectionKey> {
    let text = map.needed_text("collection");
    text.parse()
        .map_err(|expected: String| map.fault("collection", "it names no collection", expected))
        .ok()
}

fn figure(map: Map) -> Option<Figure> {
    let place = map.place.clone();
    let read = (
        map.needed_text("key"),
        map.needed_text("title"),
        map.needed_text("activity"),
        map.needed_text("person"),
    );
    let (collection, division) = (collection(&map), division(&map));
    if division.is_none() {
        map.fault(
            "field",
            "it does not say how people are divided",
            "`within`, `ages` or `groups`",
        );
    }
    map.finish(&[]);
    let (key, title, activity, person) = read;
    Some(Figure {
        place,
        key,
        title,
        activity,
        person,
        collection: collection?,
        division: division?,
    })
}

fn division(map: &Map) -> Option<Division> {
    if let Some(within) = map.map("within") {
        let (date, days) = (within.needed_text("field"), within.number("days"));
        within.finish(&[]);
        return Some(Division::Use { date, days: days? });
    }
    let field = map.text("field")?;
    if map.has("ages") {
        let bounds = map.texts("ages");
        let bounds: Option<Vec<u32>> = bounds.iter().map(|it| it.parse().ok()).collect();
        return bounds
            .filter(|it| !it.is_empty() && it.is_sorted_by(|a, b| a < b))
            .map(|bounds| Division::Ages { field, bounds });
    }
    let groups = map.maps("groups", "title").into_iter().map(|group| {
        let read = (group.needed_text("title"), group.texts("values"));
        group.finish(&[]);
        read
    });
    let groups: Vec<_> = groups.collect();
    let rest = map.text("rest").unwrap_or_else(|| "Others".to_owned());
    (!groups.is_empty()).then_some(Division::Values {
        field,
        groups,
        rest,
    })
}
