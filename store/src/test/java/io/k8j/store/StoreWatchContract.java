package io.k8j.store;

import static io.k8j.store.Store.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What every store promises to watchers. */
abstract class StoreWatchContract extends StoreContract {
    @Test
    void aWatcherIsToldOfWhatComes() {
        put("/a/1", "old");
        var listener = new RecordingListener();
        store.watch("/a/", NOW, listener);
        long first = put("/a/1", "new");
        put("/b/1", "x");
        long second = delete("/a/1");
        assertThat(listener.told)
                .containsExactly(
                        "put /a/1=new@%d was old".formatted(first), "delete /a/1@%d was new".formatted(second));
    }

    @Test
    void aWatcherIsToldOfThePastFirst() {
        put("/a", "0");
        List<Long> all = new ArrayList<>();
        for (int i = 0; i < 1_800; i++) { // more than is told in one go
            all.add(put("/a", "x"));
        }
        var listener = new RecordingListener();
        store.watch("/", all.getFirst(), listener);
        all.add(put("/a", "y"));
        assertThat(listener.revisions).isEqualTo(all);
    }

    @Test
    void aWatchFromTheFutureLeavesOutWhatIsBefore() {
        long now = store.revision();
        var listener = new RecordingListener();
        store.watch("/", now + 3, listener);
        put("/a", "1");
        put("/a", "2");
        long third = put("/a", "3");
        assertThat(listener.revisions).containsExactly(third);
    }

    @Test
    void aWatchFromACompactedRevisionEnds() {
        long first = put("/a", "1");
        long second = put("/a", "2");
        store.compact(second);
        var late = new RecordingListener();
        store.watch("/", first, late);
        put("/a", "3");
        assertThat(late.told).containsExactly("compacted " + second);
        var next = new RecordingListener();
        store.watch("/", second + 1, next);
        assertThat(next.told).hasSize(1);
    }

    @Test
    void aClosedWatchIsToldNothing() {
        var listener = new RecordingListener();
        var watch = store.watch("/", NOW, listener);
        watch.close();
        watch.close();
        put("/a", "1");
        store.close();
        assertThat(listener.told).isEmpty();
    }

    @Test
    void progressIsToldWhenAskedFor() {
        var listener = new RecordingListener();
        var watch = store.watch("/a", NOW, listener);
        long revision = put("/b", "1");
        watch.requestProgress();
        assertThat(listener.told).containsExactly("progress " + revision);
    }

    @Test
    void aListenerThatFailsLosesItsWatchAndNothingElse() {
        var fine = new RecordingListener();
        var ended = new ArrayList<WatchEnd>();
        store.watch("/", NOW, new WatchListener() {
            @Override
            public void onEvents(List<Event> events, long revision) {
                throw new IllegalStateException("listener broke");
            }

            @Override
            public void onEnd(WatchEnd end) {
                ended.add(end);
            }
        });
        store.watch("/", NOW, fine);
        put("/a", "1");
        put("/a", "2");
        assertThat(fine.revisions).hasSize(2);
        assertThat(ended).hasSize(1).allMatch(WatchEnd.Failed.class::isInstance);
    }

    @Test
    void aListenerMustNotWrite() {
        var ended = new ArrayList<WatchEnd>();
        store.watch("/", NOW, new WatchListener() {
            @Override
            public void onEvents(List<Event> events, long revision) {
                put("/b", "1");
            }

            @Override
            public void onEnd(WatchEnd end) {
                ended.add(end);
            }
        });
        put("/a", "1");
        assertThat(ended)
                .singleElement()
                .extracting(end -> ((WatchEnd.Failed) end).cause())
                .isInstanceOf(IllegalStateException.class);
        assertThat(value("/b")).isEqualTo("absent");
    }

    @Test
    void aListenerReadsWhatItIsToldOf() {
        var seen = new ArrayList<String>();
        store.watch("/", NOW, new WatchListener() {
            @Override
            public void onEvents(List<Event> events, long revision) {
                seen.add(value("/a") + "@" + store.list("/").revision());
            }

            @Override
            public void onEnd(WatchEnd end) {}
        });
        long first = put("/a", "1");
        long second = put("/a", "2");
        assertThat(seen).containsExactly("1@" + first, "2@" + second);
    }

    /** Revisions of the listener, which must be these and in order. */
    static void assertInOrder(RecordingListener listener, LongStream expected) {
        assertThat(listener.revisions).isEqualTo(expected.boxed().toList());
    }
}
