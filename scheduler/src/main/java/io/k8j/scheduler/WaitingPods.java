package io.k8j.scheduler;

import io.k8j.model.time.Time;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Pods that have their node and are held by {@link io.k8j.scheduler.framework.Plugin.Permit} until each plugin that holds
 * them lets them go, one refuses them, or their time is over. Belongs to the scheduling thread; the futures may be waited
 * for by any.
 */
final class WaitingPods {
    private static final class Waiting {
        final PodInfo pod;
        final Map<String, Time.Timer> holders = new LinkedHashMap<>(); // by plugin; its timer
        final CompletableFuture<Status> answer = new CompletableFuture<>();

        Waiting(PodInfo pod) {
            this.pod = pod;
        }
    }

    private final Time time;
    private final java.util.function.Consumer<Runnable> inbox;
    private final Map<String, Waiting> byUid = new HashMap<>();

    /** @param inbox of the scheduling thread */
    WaitingPods(Time time, java.util.function.Consumer<Runnable> inbox) {
        this.time = time;
        this.inbox = inbox;
    }

    /** Holds a Pod in the name of these plugins, each for so many nanoseconds at most. */
    CompletableFuture<Status> hold(PodInfo pod, Map<String, Long> plugins) {
        Waiting waiting = new Waiting(pod);
        byUid.put(pod.uid(), waiting);
        plugins.forEach((plugin, nanos) -> waiting.holders.put(
                plugin,
                time.after(
                        Duration.ofNanos(nanos),
                        () -> inbox.accept(() -> reject(
                                pod.uid(),
                                Status.unschedulable("rejected due to timeout after waiting %s at plugin %s"
                                                .formatted(goDuration(nanos), plugin))
                                        .by(plugin))))));
        return waiting.answer;
    }

    void allow(String uid, String plugin) {
        Waiting waiting = byUid.get(uid);
        if (waiting == null) return;
        Time.Timer timer = waiting.holders.remove(plugin);
        if (timer != null) timer.cancel();
        if (waiting.holders.isEmpty()) end(waiting, Status.SUCCESS);
    }

    void reject(String uid, Status why) {
        Waiting waiting = byUid.get(uid);
        if (waiting != null) end(waiting, why);
    }

    List<PodInfo> all() {
        return byUid.values().stream().map(waiting -> waiting.pod).toList();
    }

    private void end(Waiting waiting, Status answer) {
        byUid.remove(waiting.pod.uid());
        waiting.holders.values().forEach(Time.Timer::cancel);
        waiting.answer.complete(answer);
    }

    /** As Go prints durations of whole milliseconds: {@code 1.5s}. */
    private static String goDuration(long nanos) {
        long millis = nanos / 1_000_000;
        if (millis < 1000) return millis + "ms";
        String seconds = java.math.BigDecimal.valueOf(millis % 60_000, 3)
                        .stripTrailingZeros()
                        .toPlainString() + "s";
        long minutes = millis / 60_000;
        if (minutes == 0) return seconds;
        return minutes < 60 ? minutes + "m" + seconds : minutes / 60 + "h" + minutes % 60 + "m" + seconds;
    }
}
