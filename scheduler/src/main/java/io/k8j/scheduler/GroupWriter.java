package io.k8j.scheduler;

import io.fabric8.kubernetes.api.model.Condition;
import io.k8j.client.Client;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import io.k8j.client.Resources;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.TransportException;
import io.k8j.model.group.PodGroup;
import io.k8j.model.time.Time;
import io.k8j.scheduler.groups.PodGroups;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the condition PodGroupScheduled; writes about one group keep their order. Belongs to the scheduling thread. */
final class GroupWriter {
    private static final Logger LOG = LoggerFactory.getLogger(GroupWriter.class);
    private static final String TYPE = "PodGroupScheduled";

    /** @param uid of the group, since another one may have its name now */
    private record Said(String uid, boolean scheduled, String reason, String message, Long generation, String since) {
        boolean says(String otherUid, boolean isScheduled, String why, String text, Long of) {
            return uid.equals(otherUid)
                    && scheduled == isScheduled
                    && reason.equals(why)
                    && message.equals(text)
                    && java.util.Objects.equals(generation, of);
        }
    }

    private final PodGroups groups;
    private final Resources<PodGroup> resources;
    private final Time time;
    private final Executor writers;
    private final Consumer<Runnable> inbox;
    private final Map<ObjectKey, Said> said = new HashMap<>(); // until the write is done
    private final Map<ObjectKey, CompletableFuture<Void>> writes = new HashMap<>(); // the last of each group

    /** @param inbox of the scheduling thread */
    GroupWriter(Client client, PodGroups groups, Executor writers, Consumer<Runnable> inbox) {
        this.groups = groups;
        this.resources = client.resources(PodGroup.class);
        this.time = client.time();
        this.writers = writers;
        this.inbox = inbox;
    }

    /** Says how it went with a group; a group that was scheduled once stays so. */
    void condition(ObjectKey key, boolean scheduled, String reason, String message) {
        PodGroup group = groups.get(key);
        if (group == null) return;
        String uid = group.getMetadata().getUid();
        Long generation = group.getMetadata().getGeneration();
        Said last = last(key, group);
        boolean known = last != null && last.uid.equals(uid);
        if (known && (last.scheduled && !scheduled || last.says(uid, scheduled, reason, message, generation))) return;
        String now = time.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        Said next = new Said(
                uid, scheduled, reason, message, generation, known && last.scheduled == scheduled ? last.since : now);
        said.put(key, next);
        CompletableFuture<Void> before = writes.getOrDefault(key, CompletableFuture.completedFuture(null));
        CompletableFuture<Void> write = before.handleAsync(
                (done, failure) -> {
                    if (!write(key, next)) inbox.accept(() -> said.remove(key, next));
                    return null;
                },
                writers);
        writes.put(key, write);
        write.whenComplete((done, failure) -> inbox.accept(() -> writes.remove(key, write)));
    }

    private Said last(ObjectKey key, PodGroup group) {
        Said own = said.get(key);
        if (own != null && own.uid.equals(group.getMetadata().getUid())) return own;
        said.remove(key);
        Condition stored = group.condition(TYPE);
        return stored == null
                ? null
                : new Said(
                        group.getMetadata().getUid(),
                        "True".equals(stored.getStatus()),
                        stored.getReason(),
                        stored.getMessage(),
                        stored.getObservedGeneration(),
                        stored.getLastTransitionTime());
    }

    void forget(ObjectKey key) {
        said.remove(key);
    }

    private boolean write(ObjectKey key, Said next) {
        Map<String, Object> condition = new LinkedHashMap<>();
        condition.put("type", TYPE);
        condition.put("status", next.scheduled ? "True" : "False");
        if (next.generation != null) condition.put("observedGeneration", next.generation);
        condition.put("lastTransitionTime", next.since);
        condition.put("reason", next.reason);
        condition.put("message", next.message);
        Map<String, Object> patch =
                Map.of("metadata", Map.of("uid", next.uid), "status", Map.of("conditions", List.of(condition)));
        try {
            resources.patch(key, PatchType.STRATEGIC, patch, "status");
            return true;
        } catch (ApiException | TransportException e) {
            boolean gone = e instanceof ApiException refusal && (refusal.isNotFound() || refusal.isConflict());
            if (!gone) {
                LOG.atWarn()
                        .addKeyValue("podGroup", key)
                        .addKeyValue("cause", e.getMessage())
                        .log("pod group status not written");
            }
            return false;
        }
    }
}
