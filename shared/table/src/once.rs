//! Additions that are made once, although the SDK sends an update again whose answer was lost.
//!
//! Invariant: each update leaves its mark in the item. One that finds its own mark was made before,
//! unless another one came between: then it is made twice.

use crate::{Error, Image, Item, Returned, Table, Write, text, value::text_in};

/// What the change of an update sets that is sent with [`Table::write_once`].
pub const SET_MARK: &str = "#mark = :mark";

/// The attribute that has the mark of the last update.
const MARK: &str = "mark";

impl Table {
    /// Sends an update that must not be made twice, with an image of the item. Its change has
    /// [`SET_MARK`] among what it sets. One trip; one write unit per KB.
    ///
    /// An update that finds its own mark counts as done. The image is then the whole item.
    pub async fn write_once(&self, update: Write, image: Image) -> Result<Returned, Error> {
        let mark = self.new_mark();
        let update = update
            .when("(attribute_not_exists(#mark) OR #mark <> :mark)")
            .name("#mark", MARK)
            .value(":mark", text(&mark))
            .seeing_refused();
        let is_own = |item: &Item| text_in(item, MARK) == Some(&mark);
        Ok(match self.write_returning(update, image).await? {
            Returned::Refused(Some(item)) if is_own(&item) => Returned::Done(item),
            returned => returned,
        })
    }

    /// Sixteen hexadecimal digits.
    fn new_mark(&self) -> String {
        let mut bytes = [0; 8];
        self.random.fill(&mut bytes);
        format!("{:016x}", u64::from_le_bytes(bytes))
    }
}
