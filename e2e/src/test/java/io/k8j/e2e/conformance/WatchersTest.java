package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Watches of ConfigMaps. */
class WatchersTest extends ConformanceCase {
    private Answer create(String name, String label) {
        return api.post(
                        core("configmaps"),
                        "{metadata: {name: %s, labels: {watch-this-configmap: %s}}}".formatted(name, label))
                .ok();
    }

    private Answer mutate(String name, String value) {
        return api.merge(core("configmaps/" + name), "{data: {mutation: '%s'}}".formatted(value))
                .ok();
    }

    private Watching selecting(String selector) {
        return api.watch(core("configmaps") + "?labelSelector=" + selector);
    }

    private static void expect(Watching watching, String... briefs) {
        for (String brief : briefs) {
            assertThat(watching.next().brief()).isEqualTo(brief);
        }
    }

    @Test
    @Conformance("api-machinery/Watchers/3")
    void watchersGetWhatTheirSelectorsMatchAndNothingElse() {
        try (Watching a = selecting("watch-this-configmap%3Da");
                Watching b = selecting("watch-this-configmap%3Db");
                Watching both = selecting("watch-this-configmap%20in%20(a,b)")) {
            create("map-a", "a");
            mutate("map-a", "1");
            mutate("map-a", "2");
            api.delete(core("configmaps/map-a")).ok();
            create("map-b", "b");
            api.delete(core("configmaps/map-b")).ok();
            create("end-a", "a");
            create("end-b", "b");
            // What comes last proves that nothing else came before it.
            expect(a, "ADDED map-a", "MODIFIED map-a", "MODIFIED map-a", "DELETED map-a", "ADDED end-a");
            expect(b, "ADDED map-b", "DELETED map-b", "ADDED end-b");
            expect(
                    both,
                    "ADDED map-a",
                    "MODIFIED map-a",
                    "MODIFIED map-a",
                    "DELETED map-a",
                    "ADDED map-b",
                    "DELETED map-b",
                    "ADDED end-a",
                    "ADDED end-b");
        }
    }

    @Test
    @Conformance("api-machinery/Watchers/2")
    void aWatchFromAVersionTellsWhatCameAfterIt() {
        create("map", "versioned");
        String version = mutate("map", "1").at("metadata", "resourceVersion");
        mutate("map", "2");
        api.delete(core("configmaps/map")).ok();
        try (Watching watching = api.watch(
                core("configmaps") + "?labelSelector=watch-this-configmap%3Dversioned&resourceVersion=" + version)) {
            Watching.Event modified = watching.next();
            assertThat(modified.brief()).isEqualTo("MODIFIED map");
            assertThat(modified.at("data", "mutation")).isEqualTo("2");
            assertThat(watching.next().brief()).isEqualTo("DELETED map");
        }
    }

    @Test
    @Conformance("api-machinery/Watchers/1")
    void aClosedWatchGoesOnWhereItEnded() {
        String last;
        try (Watching first = selecting("watch-this-configmap%3Dclosed")) {
            create("map", "closed");
            mutate("map", "1");
            expect(first, "ADDED map");
            last = first.next("MODIFIED", "map").resourceVersion();
        }
        mutate("map", "2");
        try (Watching second = api.watch(
                core("configmaps") + "?labelSelector=watch-this-configmap%3Dclosed&resourceVersion=" + last)) {
            api.delete(core("configmaps/map")).ok();
            Watching.Event modified = second.next();
            assertThat(modified.brief()).isEqualTo("MODIFIED map");
            assertThat(modified.at("data", "mutation")).isEqualTo("2");
            assertThat(second.next().brief()).isEqualTo("DELETED map");
        }
    }

    private void relabel(String label) {
        api.merge(core("configmaps/map"), "{metadata: {labels: {watch-this-configmap: %s}}}".formatted(label))
                .ok();
    }

    @Test
    @Conformance("api-machinery/Watchers/4")
    void anObjectThatStopsMatchingIsDeletedForTheWatcher() {
        try (Watching watching = selecting("watch-this-configmap%3Drestored")) {
            create("map", "restored");
            mutate("map", "1");
            relabel("wrong-value");
            expect(watching, "ADDED map", "MODIFIED map", "DELETED map");
            mutate("map", "2");
            relabel("restored");
            Watching.Event again = watching.next();
            assertThat(again.brief()).isEqualTo("ADDED map");
            assertThat(again.at("data", "mutation")).isEqualTo("2");
            mutate("map", "3");
            api.delete(core("configmaps/map")).ok();
            expect(watching, "MODIFIED map", "DELETED map");
        }
    }

    @Test
    @Conformance("api-machinery/Watchers/5")
    void allWatchesSeeTheSameEventsInTheSameOrder() {
        String selector = core("configmaps") + "?labelSelector=watch-this-configmap%3Dordered";
        int writes = 40;
        Thread writer = Thread.ofVirtual().unstarted(() -> write(writes));
        List<Watching> others = new ArrayList<>();
        List<Watching.Event> seen = new ArrayList<>();
        try (Watching first = api.watch(selector)) {
            writer.start();
            for (int i = 0; i < writes; i++) {
                Watching.Event event = first.next();
                seen.add(event);
                others.add(api.watch(selector + "&resourceVersion=" + event.resourceVersion()));
            }
            for (int i = 0; i < writes; i++) {
                for (Watching.Event event : seen.subList(i + 1, writes)) {
                    Watching.Event same = others.get(i).next();
                    assertThat(same.resourceVersion()).isEqualTo(event.resourceVersion());
                    assertThat(same.brief()).isEqualTo(event.brief());
                }
            }
        } finally {
            others.forEach(Watching::close);
        }
    }

    /** Creates, changes and deletes at random: exactly as many writes, each of which is an event. */
    private void write(int writes) {
        Random random = new Random(1);
        List<String> existing = new ArrayList<>();
        for (int i = 0; i < writes; i++) {
            int dice = existing.isEmpty() ? 0 : random.nextInt(3);
            if (dice == 0) {
                existing.add("map-" + i);
                create("map-" + i, "ordered");
            } else if (dice == 1) {
                mutate(existing.get(random.nextInt(existing.size())), "" + i);
            } else {
                api.delete(core("configmaps/" + existing.remove(random.nextInt(existing.size()))))
                        .ok();
            }
        }
    }
}
