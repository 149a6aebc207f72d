package io.k8j.e2e.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What holds for every answer, whatever came in. */
final class Decency {
    private Decency() {}

    /** Fails if the answer is a fault of our own, tells of our inside, or is an error that is no Status. */
    static void check(Wire.Answer answer, String input) {
        String story = "%s%n→ %d %s".formatted(shorten(input), answer.status(), shorten(answer.body()));
        if (!isUpstreamsOwn(answer)) assertThat(answer.status()).as(story).isBetween(101, 499);
        assertThat(answer.body()).as(story).doesNotContain("Exception", "\n\tat ", "\\n\\tat ");
        if (answer.status() >= 400
                && !answer.body().isEmpty()
                && answer.contentType().startsWith("application/json")) {
            JsonNode status = JsonMapper.shared().readTree(answer.body());
            if (answer.status() == 404 && status.has("paths")) return; // the index, which unknown paths show
            assertThat(status.path("kind").asString()).as(story).isEqualTo("Status");
            assertThat(status.path("code").asInt()).as(story).isEqualTo(answer.status());
            assertThat(status.path("message").asString()).as(story).isNotEmpty();
        }
    }

    /**
     * Upstream answers a few faults of clients with 500 and its error's bare words, strategic merge patches that do not
     * fit above all, as recorded; clients know these. Such a Status has no reason, unlike that of a fault of our own.
     */
    private static boolean isUpstreamsOwn(Wire.Answer answer) {
        if (answer.status() != 500) return false;
        JsonNode status = JsonMapper.shared().readTree(answer.body());
        return !status.has("reason") && !status.path("message").asString().isEmpty();
    }

    private static String shorten(String text) {
        return text.length() < 3_000 ? text : text.substring(0, 3_000) + "… (" + text.length() + " characters)";
    }
}
