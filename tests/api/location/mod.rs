//! Countries, regions of points, and addresses.

use harness::{Answer, Api};
use local::{areas_admin::AreasAdmin, publication::Publication as _};
use serde_json::{Value, json};

mod addresses;
mod areas;
mod book;
mod costs;
mod countries;
mod list_regions;
mod regions;
mod warm;

/// An address in Riyadh.
pub(crate) fn riyadh() -> Value {
    json!({"line1": "7277 Olaya Street", "city": "Riyadh", "postal_code": "12271", "country": "SA"})
}

pub(crate) async fn create(api: &Api, access: &str, body: &Value) -> Answer {
    api.post("/api/addresses/").bearer(access).json(body).send().await
}

async fn list(api: &Api, access: &str) -> Vec<Value> {
    let answer = api.get("/api/addresses/").bearer(access).send().await.expect(200);
    answer.json().as_array().expect("a plain array").clone()
}

async fn region(api: &Api, lat: f64, lng: f64) -> Answer {
    api.get(&format!("/api/region/?lat={lat}&lng={lng}")).send().await
}

/// A feature with one square.
pub(crate) fn square(id: &str, [west, south]: [f64; 2], side: f64, served: bool) -> Value {
    let (east, north) = (west + side, south + side);
    let ring = [[west, south], [east, south], [east, north], [west, north], [west, south]];
    json!({
        "type": "Feature", "id": id, "properties": {"name": format!("Area {id}"), "served": served},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    })
}

fn collection(features: &[Value]) -> String {
    json!({"type": "FeatureCollection", "features": features}).to_string()
}

fn admin(api: &Api) -> AreasAdmin {
    AreasAdmin::new(api.stack.state("location").expect("location runs").store.clone())
}

pub(crate) async fn push(api: &Api, features: &[Value]) {
    let now = api.stack.state("location").expect("location runs").now();
    let draft = admin(api).draft(&collection(features), now).await.expect("the file is valid");
    admin(api).publish(&draft).await.expect("nobody else publishes");
}
