//! Which files are read, and what is reported about the others.

use super::*;

const SQUARE: [[f64; 2]; 5] = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]];

fn feature(id: &str, geometry: Value) -> Value {
    json!({"type": "Feature", "id": id, "properties": {"name": "Here"}, "geometry": geometry})
}

fn polygon(rings: Value) -> Value {
    json!({"type": "Polygon", "coordinates": rings})
}

fn collection(features: &[Value]) -> String {
    json!({"type": "FeatureCollection", "features": features}).to_string()
}

fn problems(file: &str) -> Vec<String> {
    read(file).map(drop).err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_right_is_read_and_has_one_form_as_text_and_as_a_file() {
    let hole = json!([SQUARE, [[0.2, 0.2], [0.2, 0.4], [0.4, 0.4], [0.2, 0.2]]]);
    let triangle = json!([[[179.0, 0.0], [180.0, 0.0], [180.0, 1.0], [179.0, 0.0]]]);
    let two = json!({"type": "MultiPolygon", "coordinates": [[SQUARE], triangle]});
    let mut numbered = feature("x", two);
    numbered["id"] = json!(7);
    numbered["properties"] = json!({"name": " الرياض ", "served": false});
    let areas = read(&collection(&[feature("a", polygon(hole)), numbered])).unwrap();
    assert_eq!((areas[0].id.as_str(), areas[0].served, areas[0].polygons[0].len()), ("a", true, 2));
    assert_eq!(
        (areas[1].id.as_str(), areas[1].name.as_str(), areas[1].served, areas[1].polygons.len()),
        ("7", "الرياض", false, 2)
    );
    let again: Vec<Area> = serde_json::from_str(&text(&areas)).unwrap();
    assert_eq!(again, areas);
    assert_eq!(read(&file(&areas).to_string()).unwrap(), areas);
    assert_eq!(read(&collection(&[])).unwrap(), []);
}

#[test]
fn each_thing_that_may_be_wrong_is_told_with_its_place() {
    let reversed: Vec<_> = SQUARE.into_iter().rev().collect();
    for (geometry, told) in [
        (
            polygon(json!([SQUARE[..4]])),
            "features[0] (id \"a\") polygon 0, ring 0: it is not closed: its last position \
             must be its first",
        ),
        (
            polygon(json!([SQUARE[..3]])),
            "features[0] (id \"a\") polygon 0, ring 0: a ring has at least four positions of \
             two numbers",
        ),
        (
            polygon(json!([reversed])),
            "features[0] (id \"a\") polygon 0, ring 0: it runs clockwise: an outline runs \
             counterclockwise",
        ),
        (
            polygon(json!([SQUARE, [[0.2, 0.2], [0.4, 0.4], [0.2, 0.4], [0.2, 0.2]]])),
            "features[0] (id \"a\") polygon 0, ring 1: it runs counterclockwise: a hole runs \
             clockwise",
        ),
        (
            polygon(json!([[
                [179.0, 0.0],
                [-179.0, 0.0],
                [-179.0, 1.0],
                [179.0, 1.0],
                [179.0, 0.0]
            ]])),
            "features[0] (id \"a\") polygon 0, ring 0: it crosses the antimeridian between \
             [179.0, 0.0] and [-179.0, 0.0]: cut it there in two",
        ),
        (
            polygon(json!([[[179.0, 0.0], [181.0, 0.0], [181.0, 1.0], [179.0, 0.0]]])),
            "features[0] (id \"a\") polygon 0, ring 0: [181, 0] is not on the earth: longitude \
             comes first, -180 to 180, then latitude, -90 to 90",
        ),
        (
            polygon(json!([[[0, 0], [4, 0], [4, 4], [1, -1], [0, 0]]])),
            "features[0] (id \"a\") polygon 0: exterior ring has a self-intersection",
        ),
        (
            polygon(json!([SQUARE, [[2.0, 2.0], [2.0, 3.0], [3.0, 3.0], [2.0, 2.0]]])),
            "features[0] (id \"a\") polygon 0: interior ring at index 0 is not contained \
             within the polygon's exterior",
        ),
        (polygon(json!([])), "features[0] (id \"a\") polygon 0: it has no ring"),
        (
            json!({"type": "MultiPolygon", "coordinates": []}),
            "features[0] (id \"a\"): it has no polygon",
        ),
        (
            json!({"type": "Point", "coordinates": [0, 0]}),
            "features[0] (id \"a\"): its geometry is neither a Polygon nor a MultiPolygon",
        ),
        (
            json!(null),
            "features[0] (id \"a\"): its geometry is neither a Polygon nor a MultiPolygon",
        ),
    ] {
        let told_of = problems(&collection(&[feature("a", geometry.clone())]));
        assert!(told_of.iter().any(|problem| problem == told), "{geometry}: {told_of:#?}");
    }
    let with = |member: &str, value: Value| {
        let mut feature = feature("a", polygon(json!([SQUARE])));
        *feature.pointer_mut(member).unwrap() = value;
        problems(&collection(&[feature]))
    };
    assert_eq!(
        with("/id", json!("a b"))[0],
        "features[0] (id \"a b\"): \"a b\" is no id: 1 to 64 letters and digits of ASCII, \
         dots, dashes and underscores"
            .replace(" (id \"a b\")", "")
    );
    assert_eq!(
        with("/properties/name", json!(" ")),
        ["features[0] (id \"a\") name: this is missing or blank"]
    );
    assert_eq!(
        with("/properties/name", json!("x".repeat(101))),
        ["features[0] (id \"a\") name: this has 101 characters; there is room for 100"]
    );
    assert_eq!(
        with("/properties", json!({"name": "x", "served": "no"})),
        ["features[0] (id \"a\") served: \"no\" is neither true nor false"]
    );
    assert!(
        with("/type", json!("Feat"))[0].starts_with("features[0]: this is no feature of GeoJSON")
    );
}

#[test]
fn all_that_is_wrong_is_told_at_once_and_an_id_stands_once() {
    let mut nameless = feature("a", polygon(json!([SQUARE[..4]])));
    nameless["properties"] = json!({});
    let told = problems(&collection(&[feature("a", polygon(json!([SQUARE]))), nameless, json!(7)]));
    assert_eq!(told.len(), 4, "{told:#?}");
    assert_eq!(told[0], "features[1]: the id \"a\" stands twice");
    for (file, what) in [
        ("", "this is no JSON"),
        ("{}", "this is no FeatureCollection"),
        (r#"{"type": "FeatureCollection"}"#, "it has no list"),
    ] {
        assert!(problems(file)[0].starts_with(what), "{file}");
    }
}

#[test]
fn what_a_process_has_no_room_for_is_refused() {
    let circle: Vec<[f64; 2]> = (0..=1_000)
        .map(|step| f64::from(step % 1_000) * std::f64::consts::TAU / 1_000.0)
        .map(|angle| [angle.cos(), angle.sin()])
        .collect();
    let many: Vec<Value> =
        (0..201).map(|id| feature(&id.to_string(), polygon(json!([circle])))).collect();
    assert_eq!(
        problems(&collection(&many)),
        ["these are 201201 corners; there is room for 200000"]
    );
}
