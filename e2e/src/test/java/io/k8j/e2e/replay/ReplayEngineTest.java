package io.k8j.e2e.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReplayEngineTest {
    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text.replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            pod/nginx-deploy-6bdc64fd6c-hghmd | pod/nginx-deploy-<hash>-<id>
            nginx-deploy-6bdc64fd6c           | nginx-deploy-<hash>
            fluentd-rm544                     | fluentd-<id>
            kube-api-access-x7k2p             | kube-api-access-<id>
            kube-controller-manager           | kube-controller-manager
            rec-high                          | rec-high
            system-cluster-critical           | system-cluster-critical
            at 2026-11-23T07:30:50Z           | at <time>
            the IP 10.97.93.241 is taken      | the IP <ip> is taken
            """)
    void freeWordsBecomePlaceholdersAndOthersStay(String text, String normalized) {
        assertThat(Normalizer.text(text)).isEqualTo(normalized);
    }

    @Test
    void anObjectIsComparedWithoutItsFreeValues() {
        JsonNode recorded = json("{'metadata':{'uid':'1bd22dea-74a5-43e6-9a61-64036e74e4c4','resourceVersion':'216'}}");
        JsonNode here = json("{'metadata':{'uid':'b50f7356-a360-47d7-b4b6-081ea9c33936','resourceVersion':'99'}}");
        assertThat(JsonDiff.between(Normalizer.body(recorded), Normalizer.body(here)))
                .isEmpty();
    }

    @Test
    void differencesAreNamedByTheirPlace() {
        JsonNode expected = json("{'c':[{'name':'a','image':'1'},{'name':'b'}],'n':null}");
        JsonNode actual = json("{'c':[{'name':'b'},{'name':'a','image':'2'},{'name':'x'}]}");
        assertThat(JsonDiff.between(expected, actual))
                .extracting(JsonDiff.Difference::path)
                .containsExactly(".c[a].image", ".c[x]", ".c[order]", ".n");
    }

    @Test
    void linesThatDifferAreNamed() {
        assertThat(LineDiff.between(List.of("a", "b", "c"), List.of("a", "x", "c", "d")))
                .containsExactly("-b", "+x", "+d");
    }

    @Test
    void acceptedDifferencesCoverWholePlacesOnly() throws IOException {
        AcceptedDifferences accepted = AcceptedDifferences.read("accepted-api.tsv");
        assertThat(accepted.covers("01-discovery/GET /version", ".body.gitVersion"))
                .isTrue();
        assertThat(accepted.covers("02-defaulting/create pod minimal", ".body.spec.containers[c].image"))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "01-discovery",
                "02-defaulting",
                "03-tables",
                "04-validation",
                "05-patches",
                "06-apply",
                "07-reads",
                "08-deletion"
            })
    void aRecordedAnswerEqualsItself(String file) throws IOException {
        for (Exchange exchange : Exchange.read(file)) {
            JsonNode body = Normalizer.body(exchange.answer());
            assertThat(JsonDiff.between(body, Normalizer.body(exchange.answer())))
                    .as(exchange.name())
                    .isEmpty();
        }
    }
}
