//! Countries, what lies where on the earth, and a customer's addresses.
//!
//! Invariants: what the public operations tell is carried by the function or kept in the process,
//! so that a warm one answers without a trip to storage; nothing of it is read before the function
//! has started. Each library that knows something of the earth is wrapped in one file: `build/`
//! (`keshvar`, `icu_collator`), [`areas`] (`geo`, `rstar`), [`area_file`] (`geojson`). Data that is
//! derived from others has its own file, too: [`boundaries`], [`subdivisions`], [`time_zones`].

pub mod address;
pub mod area_file;
pub mod areas;
pub mod boundaries;
pub mod countries;
pub mod disputes;
mod door_phone;
mod letters;
mod little_endian;
pub mod postal;
pub mod region;
mod search;
mod served;
mod state;
pub mod subdivisions;
pub mod time_zones;

use shared::{http::routes::Routes, routes, settings::Section};

/// The tags of the operations here, as the document's folders name them.
const COUNTRY: &str = "Location/Country";
const REGION: &str = "Location/Region";
const ADDRESS: &str = "Location/Address";

routes! {
    /// The operations of this group.
    pub fn routes() -> Routes {
        Routes::of(env!("CARGO_CRATE_NAME"))
            .needs(&[Section::COUNTRIES, Section::REGIONS])
            .with_own(served::AreaCache::default())
            .prepared_by(time_zones::prepare)
    }

    public list_countries::list_countries.cacheable(list_countries::CACHE);
    public list_regions::list_regions.cacheable(list_countries::CACHE);
    public region_by_point::get_region_by_point.cacheable(region_by_point::CACHE);
    bearer list_addresses::list_addresses;
    bearer create_address::create_address;
    bearer update_address::{update_address, replace_address};
    bearer delete_address::delete_address;
}
