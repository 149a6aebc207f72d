package io.k8j.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what it is told, one line each: {@code put /a=1@2}, {@code delete /a@3 was 1}, {@code progress 3}. */
final class RecordingListener implements WatchListener {
    final List<String> told = new CopyOnWriteArrayList<>();
    final List<Long> revisions = new CopyOnWriteArrayList<>();

    @Override
    public void onEvents(List<Event> events, long revision) {
        for (Event event : events) {
            revisions.add(event.revision());
            String was = event.previous()
                    .map(entry -> " was " + new String(entry.value(), UTF_8))
                    .orElse("");
            told.add(
                    switch (event) {
                        case Event.Put(Entry entry, var _) ->
                            "put %s=%s@%d%s"
                                    .formatted(entry.key(), new String(entry.value(), UTF_8), entry.modRevision(), was);
                        case Event.Delete(String key, long at, var _) -> "delete %s@%d%s".formatted(key, at, was);
                    });
        }
    }

    @Override
    public void onProgress(long revision) {
        told.add("progress " + revision);
    }

    @Override
    public void onEnd(WatchEnd end) {
        told.add(
                switch (end) {
                    case WatchEnd.Compacted(long at) -> "compacted " + at;
                    case WatchEnd.Closed() -> "closed";
                    case WatchEnd.Failed(Exception cause) -> "failed " + cause.getMessage();
                });
    }
}
