//! A forecast as text, as JSON and as the tables of functions/README.md.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Bill, Limit, Line, Month, Prices, Profile, Quotas, StackFigures, Units, limits};
use crate::template::{Overrides, Template, TemplateError};

/// The numbers of customers in functions/README.md.
const SHOWN: [u32; 3] = [10_000, 1_000_000, 10_000_000];

/// What a forecast is made of.
#[derive(Debug, Clone)]
pub struct Forecast {
    pub profile: Profile,
    pub units: Units,
    pub prices: Prices,
    pub quotas: Quotas,
    pub stack: StackFigures,
}

impl Forecast {
    /// Of a stack with these parameters. Where they name no country for codes, the profile's are.
    pub fn new(
        profile: Profile,
        units: Units,
        prices: Prices,
        (template, mut parameters): (&Template, Overrides),
    ) -> Result<Self, TemplateError> {
        parameters.entry("CodeCountries".to_owned()).or_insert_with(|| {
            profile.text_messages.keys().map(String::as_str).collect::<Vec<_>>().join(",")
        });
        let stack = StackFigures::of(template, &parameters)?;
        Ok(Self { profile, units, prices, quotas: Quotas::defaults(), stack })
    }

    pub fn bill(&self, customers: u32) -> Bill {
        let month = Month::of(customers.into(), &self.profile, &self.units, &self.stack);
        Bill::of(&month, &self.profile, &self.prices, &self.stack)
    }

    pub fn limits(&self) -> Vec<Limit> {
        limits(&self.profile, &self.units, &self.prices, (&self.stack, &self.quotas))
    }

    /// The bill and the limits for people.
    pub fn text(&self, customers: u32) -> String {
        format!("{}\n{}", self.bill_text(customers), self.limits_text(customers))
    }

    fn bill_text(&self, customers: u32) -> String {
        let bill = self.bill(customers);
        let mut text = format!(
            "A month of {} active customers, US dollars (list prices of {}, us-east-1)\n\n",
            grouped(customers.into()),
            self.prices.as_of
        );
        for line in bill.lines.iter().chain(&bill.text_messages) {
            let Line { service, what, quantity, unit, dollars: amount } = line;
            let (quantity, amount) = (figure(*quantity), dollars(*amount));
            let _ = writeln!(text, "{service:<16}{what:<24}{quantity:>14} {unit:<11}{amount:>10}");
        }
        let (total, texts) = (bill.total(), bill.text_message_total());
        for (name, amount) in [("Beside text messages", total), ("In all", total + texts)] {
            let _ = writeln!(text, "{name:<66}{:>10}", dollars(amount));
        }
        text
    }

    fn limits_text(&self, customers: u32) -> String {
        let mut text = format!(
            "Which limit ends first (quotas of {}); * ends before {}\n\n",
            self.quotas.as_of,
            grouped(customers.into())
        );
        let [at, owner, quota] = ["customers", "whose", "limit"];
        let _ = writeln!(text, "{at:>16}  {owner:<6}{quota:<32}what it bounds; what to raise");
        for Limit { what, owner, quota, unit, customers: at, raise } in self.limits() {
            let mark = if at < f64::from(customers) { '*' } else { ' ' };
            let (at, owner) = (rounded(at), owner.to_string());
            let quota = format!("{} {unit}", figure(quota));
            let line = format!("{mark}{at:>15}  {owner:<6}{quota:<32}{what}; {raise}");
            let _ = writeln!(text, "{}", line.replace('`', ""));
        }
        text
    }

    /// The same for programs.
    pub fn json(&self, customers: u32) -> Value {
        let bill = self.bill(customers);
        json!({
            "customers": customers,
            "prices_of": self.prices.as_of,
            "quotas_of": self.quotas.as_of,
            "bill": bill.lines,
            "text_messages": bill.text_messages,
            "total": bill.total(),
            "text_message_total": bill.text_message_total(),
            "limits": self.limits(),
        })
    }

    /// The bill by service for several numbers of customers.
    fn bill_table(&self) -> String {
        let bills = SHOWN.map(|customers| self.bill(customers));
        let mut table = String::from("| US dollars a month |");
        for customers in SHOWN {
            let _ = write!(table, " {} customers |", grouped(customers.into()));
        }
        table.push_str("\n| --- | ---: | ---: | ---: |\n");
        let mut row = |name: &str, of: &dyn Fn(&Bill) -> f64| {
            let amounts = bills.each_ref().map(|bill| dollars(of(bill)));
            let _ = writeln!(table, "| {name} | {} |", amounts.join(" | "));
        };
        let mut services: Vec<&str> = bills[0].lines.iter().map(|line| line.service).collect();
        services.dedup();
        for service in services {
            row(service, &|bill| {
                let own = bill.lines.iter().filter(|line| line.service == service);
                own.map(|line| line.dollars).sum()
            });
        }
        row("**Beside text messages**", &Bill::total);
        for (index, line) in bills[0].text_messages.iter().enumerate() {
            let country = line.what.trim_start_matches("text messages, ");
            let name = format!("Text messages to {country}");
            row(&name, &|bill| bill.text_messages[index].dollars);
        }
        table
    }

    fn limits_table(&self) -> String {
        let mut table = String::from(
            "| Customers | Limit | | Whose | What to raise |\n| ---: | --- | --- | --- | --- |\n",
        );
        for limit in self.limits() {
            let Limit { what, owner, quota, unit, customers, raise } = limit;
            let at = rounded(customers);
            let _ =
                writeln!(table, "| {at} | {what} | {} {unit} | {owner} | {raise} |", figure(quota));
        }
        table
    }
}

/// Tables of functions/README.md.
#[derive(Debug, Clone)]
pub struct Tables {
    pub bill: String,
    pub limits: String,
}

impl Tables {
    /// For a stack with all defaults.
    pub fn of(template: &Template) -> Result<Self, TemplateError> {
        let (profile, units, prices) = (Profile::usual(), Units::counted(), Prices::list());
        let forecast = Forecast::new(profile, units, prices, (template, Overrides::new()))?;
        Ok(Self { bill: forecast.bill_table(), limits: forecast.limits_table() })
    }
}

/// Two digits that count, since the profile has no more.
fn rounded(customers: f64) -> String {
    let step = 10_f64.powf((customers.max(1.0).log10().floor() - 1.0).max(0.0));
    grouped((customers / step).round() * step)
}

fn dollars(amount: f64) -> String {
    if amount < 1_000.0 {
        return format!("{amount:.2}");
    }
    grouped(amount)
}

fn figure(number: f64) -> String {
    if number >= 1_000.0 {
        return grouped(number);
    }
    let text = format!("{number:.2}");
    text.strip_suffix(".00").unwrap_or(&text).to_owned()
}

/// A whole number with commas.
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(rounded(1_234_567.0), "1,200,000");
        assert_eq!(rounded(392.2), "390");
        assert_eq!(rounded(7.0), "7");
        assert_eq!((dollars(0.4), dollars(12_345.6)), ("0.40".to_owned(), "12,346".to_owned()));
        assert_eq!((figure(3.0), figure(2.345)), ("3".to_owned(), "2.35".to_owned()));
    }
}
