//! Service areas: publication, use by every process, rollback.

use harness::Api;
use local::{areas_admin::AreasError, publication::Publication as _};
use serde_json::{Value, json};

use super::{admin, collection, push, region, square};

async fn area_at(api: &Api, lat: f64, lng: f64) -> Value {
    region(api, lat, lng).await.expect(200).json()["service_area"].clone()
}

async fn id_at(api: &Api, lat: f64, lng: f64) -> Value {
    area_at(api, lat, lng).await["id"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_point_belongs_to_the_smallest_area_and_a_hole_to_none() {
    let api = Api::start().await;
    let mut ring = square("ring", [44.0, 22.0], 6.0, true);
    // Jizan is outside the hole, Najran is in it.
    let hole = [[48.0, 26.0], [48.0, 27.0], [49.0, 27.0], [49.0, 26.0], [48.0, 26.0]];
    ring["geometry"]["coordinates"].as_array_mut().expect("rings").push(json!(hole));
    push(
        &api,
        &[
            ring,
            square("riyadh", [46.0, 24.0], 1.0, true),
            square("closed", [46.6, 24.6], 0.2, false),
        ],
    )
    .await;
    assert_eq!(
        area_at(&api, 24.1, 46.1).await,
        json!({"id": "riyadh", "name": "Area riyadh", "served": true})
    );
    assert_eq!(
        area_at(&api, 24.7, 46.7).await,
        json!({"id": "closed", "name": "Area closed", "served": false})
    );
    assert_eq!(area_at(&api, 23.0, 45.0).await["id"], "ring");
    assert_eq!(area_at(&api, 26.5, 48.5).await, json!(null));
    assert_eq!(area_at(&api, 21.5, 39.2).await, json!(null));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_area_across_the_antimeridian_has_points_on_both_sides() {
    let api = Api::start().await;
    let [west, east] = [[178.0, -19.0], [-180.0, -19.0]]
        .map(|corner| square("fiji", corner, 2.0, true)["geometry"]["coordinates"].clone());
    let mut fiji = square("fiji", [178.0, -19.0], 2.0, true);
    fiji["geometry"] = json!({"type": "MultiPolygon", "coordinates": [west, east]});
    push(&api, &[fiji]).await;
    for (lat, lng) in [(-18.1248, 178.4501), (-18.2, -178.8)] {
        assert_eq!(id_at(&api, lat, lng).await, "fiji", "{lat} {lng}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn areas_larger_than_an_item_are_stored_in_chunks_and_read_completely() {
    let api = Api::start().await;
    let ring = |number: u32| -> Vec<[f64; 2]> {
        let corner = |step: u32| {
            let angle = f64::from(step % 200) / 200.0 * std::f64::consts::TAU;
            [
                40.0 + f64::from(number % 25) * 0.4 + 0.15 * angle.cos(),
                18.0 + f64::from(number / 25) * 0.4 + 0.15 * angle.sin(),
            ]
        };
        (0..=200).map(corner).collect()
    };
    let area = |number: u32| {
        json!({"type": "Feature", "id": number, "properties": {"name": format!("منطقة {number}")},
            "geometry": {"type": "Polygon", "coordinates": [ring(number)]}})
    };
    push(&api, &(0..500).map(area).collect::<Vec<_>>()).await;
    let table = api.whole_table().await;
    let chunks = table.lines().filter(|item| item.contains("CHUNK#")).count();
    assert!(chunks > 4, "{chunks}");
    assert_eq!(
        area_at(&api, 24.4, 46.8).await,
        json!({"id": "417", "name": "منطقة 417", "served": true})
    );
    assert_eq!(admin(&api).present().await.expect("areas").len(), 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_file_changes_nothing() {
    let api = Api::start().await;
    push(&api, &[square("riyadh", [46.0, 24.0], 1.0, true)]).await;
    let (before, items) =
        (admin(&api).present().await.expect("areas"), api.whole_table().await.lines().count());
    let now = api.stack.state("location").expect("location runs").now();
    let mut open = square("open", [10.0, 10.0], 1.0, true);
    open["geometry"]["coordinates"][0].as_array_mut().expect("a ring").pop();
    let file = collection(&[square("right", [46.0, 24.0], 1.0, true), open]);
    match admin(&api).draft(&file, now).await {
        Err(AreasError::Invalid(problems)) => {
            let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
            assert_eq!(
                told,
                ["features[1] (id \"open\") polygon 0, ring 0: it is not closed: its last \
                     position must be its first"]
            );
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(admin(&api).present().await.expect("areas"), before);
    assert_eq!(api.whole_table().await.lines().count(), items);
}

#[tokio::test(flavor = "multi_thread")]
async fn releases_are_rolled_back_step_by_step_and_of_two_at_once_one_takes_effect() {
    let api = Api::start().await;
    let now = api.stack.state("location").expect("location runs").now();
    assert!(matches!(admin(&api).draft_of_rollback().await, Err(AreasError::NoPreviousVersion)));
    push(&api, &[square("first", [46.0, 24.0], 1.0, true)]).await;
    push(&api, &[square("second", [46.0, 24.0], 1.0, true)]).await;
    let [one, other] =
        ["third", "fourth"].map(|id| collection(&[square(id, [46.0, 24.0], 1.0, true)]));
    let (one, other) = (
        admin(&api).draft(&one, now).await.expect("right"),
        admin(&api).draft(&other, now).await.expect("right"),
    );
    assert_eq!(one.changes, ["- second (Area second)", "+ third (Area third)"]);
    admin(&api).publish(&one).await.expect("nobody published in between");
    assert!(matches!(admin(&api).publish(&other).await, Err(AreasError::Conflict)));
    for id in ["third", "second", "first"] {
        assert_eq!(id_at(&api.another(&[]).await, 24.5, 46.5).await, id);
        let back = admin(&api).draft_of_rollback().await.expect("there is a previous release");
        admin(&api).publish(&back).await.expect("nobody published in between");
    }
    assert_eq!(id_at(&api.another(&[]).await, 24.5, 46.5).await, json!(null));
    assert!(matches!(admin(&api).draft_of_rollback().await, Err(AreasError::NoPreviousVersion)));
}
