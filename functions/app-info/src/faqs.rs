//! `listFaqs`: questions and answers.

use axum::{Extension, extract::State, response::Response};
use serde::Serialize;
use serde_json::{Value, json};
use shared::{
    app::AppState,
    error_responses,
    http::{
        body::Query,
        error::ApiError,
        etag::IfNoneMatch,
        language::{Languages, QueryLanguage},
        request::{Flat, Nullable, Optional, Text},
    },
    request,
};
use utoipa::ToSchema;

use crate::{
    cached_content::{ContentCache, public},
    content::Faq,
    headers::Headers,
};

request! {
    /// Which questions are wanted.
    pub struct FaqQuery {
        /// Only questions of this category.
        category: Optional<Nullable<Text>>,
        /// Only those whose question or answer holds each of these words, in capitals or not. At
        /// most 200 characters.
        search: Optional<Text<0, 200>>,
        language: Flat<QueryLanguage>,
    }
}

/// What the questions must have.
struct Filter {
    category: Option<String>,
    /// Each in small letters.
    words: Vec<String>,
}

/// A question with its answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct FaqOut {
    id: u64,
    question: String,
    answer: String,
    /// The same in every language.
    category: String,
    /// The position in the list.
    order: u32,
}

/// Lists questions and answers for customers.
///
/// In the language `lang` or, without it, the first of `Accept-Language` that the content has, or
/// else in the content's first.
#[utoipa::path(get, path = "/api/faqs/", operation_id = "listFaqs", tag = crate::TAG,
    params(
        FaqQuery, Languages, IfNoneMatch,
    ),
    responses(
        (status = 200, description = "The questions in their order.", body = Vec<FaqOut>,
            example = json!(example())),
        SearchTooLong,
    ))]
pub async fn list_faqs(
    State(app): State<AppState>,
    Extension(cache): Extension<ContentCache>,
    Headers(headers): Headers,
    Query(query): Query<FaqQuery>,
) -> Result<Response, ApiError> {
    let cached = cache.get(&app).await?;
    let wanted = query.language.or(&headers);
    let language = cached.language_of(&wanted);
    let filter = Filter::of(query);
    let all = cached.content.faqs.iter().map(|faq| FaqOut::of(faq, language));
    let found: Vec<FaqOut> = all.filter(|faq| filter.admits(faq)).collect();
    public(language, "Accept-Language").answer(&headers, &found)
}

impl FaqOut {
    fn of(faq: &Faq, language: &str) -> Self {
        Self {
            id: faq.id,
            question: faq.question.in_language(language).to_owned(),
            answer: faq.answer.in_language(language).to_owned(),
            category: faq.category.clone(),
            order: faq.order,
        }
    }
}

impl Filter {
    fn of(query: FaqQuery) -> Self {
        let search = query.search.unwrap_or_default().to_lowercase();
        let words = search
            .split(|letter: char| letter.is_whitespace() || letter == ',')
            .filter(|word| !word.is_empty());
        Self { category: query.category, words: words.map(str::to_owned).collect() }
    }

    fn admits(&self, faq: &FaqOut) -> bool {
        if self.category.as_ref().is_some_and(|category| *category != faq.category) {
            return false;
        }
        let texts = if self.words.is_empty() {
            [String::new(), String::new()]
        } else {
            [&faq.question, &faq.answer].map(|text| text.to_lowercase())
        };
        self.words.iter().all(|word| texts.iter().any(|text| text.contains(word)))
    }
}

error_responses! {
    /// A search that is too long.
    SearchTooLong: ApiError::field(
        "search",
        "max_length",
        "Ensure this field has no more than 200 characters."
    );
}

/// The questions of the examples.
fn example() -> Value {
    json!([{"id": 1, "question": "How do I log in?",
        "answer": "Enter your phone number, and then the code that we send to it.",
        "category": "account", "order": 1}])
}
