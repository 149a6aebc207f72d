package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Trees;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Events, in their old and their new form. */
class EventsTest extends ConformanceCase {
    private String events(String label) {
        return core("events") + "?labelSelector=testevent-set%3D" + label;
    }

    private void core(String name, String label) {
        api.post(core("events"), """
                        {metadata: {name: %s, labels: {testevent-set: '%s'}}, message: this is a test event, reason: Test, type: Normal,
                         involvedObject: {kind: Event, namespace: %s, name: x}, count: 1}""".formatted(name, label, namespace)).ok();
    }

    @Test
    @Conformance("instrumentation/Events/1")
    void eventsAreDeletedTogether() {
        for (int i = 1; i <= 3; i++) core("test-event-" + i, "true");
        assertThat(api.get(events("true")).items()).hasSize(3);
        api.delete(events("true")).ok();
        assertThat(api.get(events("true")).items()).isEmpty();
    }

    @Test
    @Conformance("instrumentation/Events/2")
    void anEventHasItsLife() {
        core("event-test", namespace);
        String everywhere = "/api/v1/events?labelSelector=testevent-set%3D" + namespace;
        assertThat(api.get(everywhere).names()).containsExactly("event-test");
        String event = core("events/event-test");
        api.patch(event, Api.STRATEGIC, "{message: This is a test event - patched}")
                .ok();
        assertThat(api.get(event).at("message")).isEqualTo("This is a test event - patched");
        Map<String, Object> tree = api.get(event).copy();
        tree.put("series", Map.of("count", 100L, "lastObservedTime", "2026-01-01T00:00:00.000000Z"));
        api.put(event, tree).ok();
        assertThat(api.get(event).number("series", "count")).isEqualTo(100);
        api.delete(event).ok();
        assertThat(api.get(everywhere).items()).isEmpty();
    }

    private String modern() {
        return apis("events.k8s.io/v1", "events");
    }

    private void modern(String name, String label) {
        api.post(modern(), """
                        {metadata: {name: %s, labels: {testevent-set: '%s'}}, eventTime: '2026-01-01T00:00:00.000000Z', note: this is %s,
                         action: Do, reason: Test, type: Normal, reportingController: test-controller, reportingInstance: test-node,
                         regarding: {kind: Pod, namespace: %s, name: x}}""".formatted(name, label, name, namespace)).ok();
    }

    @Test
    @Conformance("instrumentation/EventsAPI/1")
    void newEventsAreDeletedTogether() {
        for (int i = 1; i <= 3; i++) modern("test-event-" + i, "true");
        String selected = modern() + "?labelSelector=testevent-set%3Dtrue";
        assertThat(api.get(selected).names()).containsExactly("test-event-1", "test-event-2", "test-event-3");
        api.delete(selected).ok();
        assertThat(api.get(selected).items()).isEmpty();
    }

    @Test
    @Conformance("instrumentation/EventsAPI/2")
    void aNewEventHasItsLife() {
        modern("event-test", namespace);
        String event = modern() + "/event-test";
        assertThat(api.get(modern()).names()).contains("event-test");
        assertThat(api.get("/apis/events.k8s.io/v1/events?fieldSelector=metadata.namespace%3D" + namespace)
                        .names())
                .contains("event-test");
        api.patch(event, Api.STRATEGIC, "{series: {count: 2, lastObservedTime: '2026-01-01T00:00:00.000000Z'}}")
                .ok();
        assertThat(api.get(event).number("series", "count")).isEqualTo(2);
        Map<String, Object> tree = api.get(event).copy();
        Trees.set(tree, Map.of("count", 100L, "lastObservedTime", "2026-01-01T00:00:00.000000Z"), "series");
        api.put(event, tree).ok();
        assertThat(api.get(event).number("series", "count")).isEqualTo(100);
        api.delete(event).ok();
        assertThat(api.get(modern()).names()).doesNotContain("event-test");
    }
}
