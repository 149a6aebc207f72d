package io.k8j.kubelet.pods.images;

import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.cri.v1.AuthConfig;
import io.k8j.kubelet.cri.v1.Image;
import io.k8j.kubelet.cri.v1.PodSandboxConfig;
import io.k8j.kubelet.metrics.NodeMetrics;
import io.k8j.kubelet.pods.spec.ContainerRef;
import io.k8j.kubelet.pods.status.PodEvents;
import io.k8j.kubelet.volumes.ObjectSource;
import io.k8j.model.time.Time;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;

/**
 * Sees to it that a container's image is on this node. Pulls run in the background, so that a Pod can still be deleted
 * meanwhile; whoever asked is woken at the end. Thread-safe.
 */
public final class Images {
    /** What became of the wish for an image. */
    public sealed interface Outcome {
        /** It is there. */
        record Present(Image image) implements Outcome {}

        /** It is being pulled. */
        record Pulling() implements Outcome {}

        /** It cannot be had now: reason and message of the waiting state; try again later, or never if null. */
        record Missing(String reason, String message, Duration again) implements Outcome {}
    }

    private static final int PARALLEL_PULLS = 5;
    private static final Pattern REFERENCE = Pattern.compile(
            "(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\\.(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?))*"
                    + "(?::[0-9]+)?/)?[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*"
                    + "(?<tag>:[\\w][\\w.-]{0,127})?(?<digest>@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*"
                    + ":[0-9a-fA-F]{32,})?");

    private record Key(String podUid, String container) {}

    /** A pull under way or over. */
    private record Pull(boolean done, String failure) {}

    private final ContainerRuntime runtime;
    private final ObjectSource objects;
    private final PodEvents events;
    private final Time time;
    private final Map<Key, Pull> pulls = new ConcurrentHashMap<>();
    private final Map<String, String> lastFailure = new ConcurrentHashMap<>();
    private final Map<String, Instant> ends = new ConcurrentHashMap<>();
    private final CrashBackoff backoff = new CrashBackoff(); // guarded by itself
    private final PulledImages pulled;
    private final NodeMetrics metrics;
    private final Semaphore slots = new Semaphore(PARALLEL_PULLS);

    public Images(
            ContainerRuntime runtime,
            ObjectSource objects,
            PodEvents events,
            Time time,
            PulledImages pulled,
            NodeMetrics metrics) {
        this.metrics = metrics;
        this.runtime = runtime;
        this.objects = objects;
        this.events = events;
        this.time = time;
        this.pulled = pulled;
    }

    /**
     * Asks for a container's image.
     *
     * @param clock hears of the time that pulls take
     * @param wake is called when a pull that this started is over
     */
    public Outcome ensure(Pod pod, ContainerRef ref, PodSandboxConfig sandbox, StartClock clock, Runnable wake) {
        String wanted = ref.container().getImage();
        var parsed = REFERENCE.matcher(wanted == null ? "" : wanted);
        if (!parsed.matches()) {
            String message =
                    "Failed to apply default image tag \"%s\": couldn't parse image name \"%s\": invalid reference format"
                            .formatted(wanted, wanted);
            events.warning(pod, ref, "InspectFailed", message);
            return failed(pod, ref, "InvalidImageName", message, null);
        }
        boolean bare = parsed.group("tag") == null && parsed.group("digest") == null;
        String image = bare ? wanted + ":latest" : wanted;
        Key key = new Key(pod.getMetadata().getUid(), ref.name());
        Pull pull = pulls.get(key);
        if (pull != null && !pull.done()) return new Outcome.Pulling();
        Optional<Image> present = runtime.imageStatus(image);
        if (pull != null) {
            pulls.remove(key);
            if (pull.failure() == null && present.isPresent()) return new Outcome.Present(present.get());
            String failure = pull.failure() == null ? "image is not there after it was pulled" : pull.failure();
            return failed(pod, ref, "ErrImagePull", failure, Duration.ofMillis(500));
        }
        String policy = ref.container().getImagePullPolicy() == null
                ? (image.endsWith(":latest") ? "Always" : "IfNotPresent")
                : ref.container().getImagePullPolicy();
        boolean mine = present.isPresent()
                && !policy.equals("Always")
                && !pulled.mustPull(
                        image,
                        present.get().getId(),
                        () -> credentials(pod, image).stream()
                                .map(Login::source)
                                .toList());
        if (mine) {
            events.normal(
                    pod,
                    ref,
                    "Pulled",
                    "Container image \"%s\" already present on machine and can be accessed by the pod"
                            .formatted(wanted));
            return new Outcome.Present(present.get());
        }
        if (policy.equals("Never")) {
            String message = "Container image \"%s\" is not present with pull policy of Never".formatted(wanted);
            events.warning(pod, ref, "ErrImageNeverPull", message);
            return failed(pod, ref, "ErrImageNeverPull", message, Duration.ofSeconds(10));
        }
        return pullUnlessTooEarly(pod, ref, image, key, sandbox, clock, wake);
    }

    private Outcome pullUnlessTooEarly(
            Pod pod,
            ContainerRef ref,
            String image,
            Key key,
            PodSandboxConfig sandbox,
            StartClock clock,
            Runnable wake) {
        String wanted = ref.container().getImage();
        String backoffKey = key.podUid() + "_" + wanted;
        Duration left;
        synchronized (backoff) {
            left = backoff.remaining(backoffKey, lastEnd(backoffKey), time.instant(), time.nanoTime());
        }
        if (!left.isZero()) {
            String message = "Back-off pulling image \"%s\"".formatted(wanted);
            events.normal(pod, ref, "BackOff", message);
            String cause = lastFailure.get(backoffKey);
            String full = cause == null ? message : message + ": ErrImagePull: " + cause;
            return failed(pod, ref, "ImagePullBackOff", full, left);
        }
        events.normal(pod, ref, "Pulling", "Pulling image \"%s\"".formatted(wanted));
        pulls.put(key, new Pull(false, null));
        Thread.ofVirtual().name("pull").start(() -> {
            long begin = time.nanoTime();
            String failure = pull(pod, ref, image, sandbox);
            clock.pulled(begin, time.nanoTime());
            if (failure != null) {
                lastFailure.put(backoffKey, failure);
                ends.put(backoffKey, time.instant());
                synchronized (backoff) {
                    backoff.next(backoffKey, time.instant());
                }
            }
            pulls.put(key, new Pull(true, failure));
            wake.run();
        });
        return new Outcome.Pulling();
    }

    private Instant lastEnd(String key) {
        return ends.getOrDefault(key, Instant.EPOCH);
    }

    /** Pulls with each credential in turn; answers why it failed, or null. */
    private String pull(Pod pod, ContainerRef ref, String image, PodSandboxConfig sandbox) {
        String wanted = ref.container().getImage();
        long asked = time.nanoTime();
        String failure = null;
        try {
            slots.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
        try {
            long begun = time.nanoTime();
            List<Login> logins = new ArrayList<>(credentials(pod, image));
            if (logins.isEmpty()) logins.add(Login.NONE);
            boolean fresh = runtime.imageStatus(image).isEmpty();
            pulled.begin(image);
            for (Login login : logins) {
                try {
                    String id = runtime.pullImage(image, login.auth(), sandbox);
                    Optional<Image> got = runtime.imageStatus(id);
                    pulled.pulled(image, got.map(Image::getId).orElse(id), login.source(), fresh);
                    long size = got.map(Image::getSize).orElse(0L);
                    metrics.pulled(size, time.nanoTime() - begun);
                    events.normal(
                            pod,
                            ref,
                            "Pulled",
                            "Successfully pulled image \"%s\" in %s (%s including waiting). Image size: %d bytes."
                                    .formatted(
                                            wanted,
                                            goTime(time.nanoTime() - begun),
                                            goTime(time.nanoTime() - asked),
                                            size));
                    return null;
                } catch (RuntimeFailure e) {
                    failure = e.getMessage();
                }
            }
            pulled.failed(image);
        } catch (IOException e) {
            failure = "Failed to record image pull intent for container image \"%s\": %s"
                    .formatted(image, e.getMessage());
        } finally {
            slots.release();
        }
        events.warning(pod, ref, "Failed", "Failed to pull image \"%s\": %s".formatted(wanted, failure));
        return failure;
    }

    /** A duration as Go prints it, in whole milliseconds. */
    static String goTime(long nanos) {
        long millis = nanos / 1_000_000;
        if (millis < 1000) return millis + "ms";
        long minutes = millis / 60_000;
        String seconds = String.valueOf(millis % 60_000 / 1000.0).replaceAll("\\.0$", "");
        return minutes > 0 ? minutes + "m" + seconds + "s" : seconds + "s";
    }

    /** How to log in at a registry, and which Secret says so; both null for nobody in particular. */
    private record Login(AuthConfig auth, PulledImages.Credential source) {
        static final Login NONE = new Login(null, null);

        static Login of(Secret secret, AuthConfig auth) {
            String hash = PulledImages.sha256(String.join(
                    "\n", auth.getServerAddress(), auth.getUsername(), auth.getPassword(), auth.getIdentityToken()));
            return new Login(
                    auth,
                    new PulledImages.Credential(
                            secret.getMetadata().getUid(),
                            secret.getMetadata().getNamespace(),
                            secret.getMetadata().getName(),
                            hash));
        }
    }

    private List<Login> credentials(Pod pod, String image) {
        List<Login> found = new ArrayList<>();
        for (LocalObjectReference name : ContainerRef.orEmpty(pod.getSpec().getImagePullSecrets())) {
            if (name.getName() == null || name.getName().isEmpty()) continue;
            Optional<Secret> secret = objects.secret(pod, name.getName());
            if (secret.isEmpty()) {
                events.warning(
                        pod,
                        "FailedToRetrieveImagePullSecret",
                        "Unable to retrieve some image pull secrets (%s); attempting to pull the image may not succeed."
                                .formatted(name.getName()));
            }
            secret.ifPresent(s -> PullSecrets.forImage(s, image).forEach(auth -> found.add(Login.of(s, auth))));
        }
        return found;
    }

    private Outcome failed(Pod pod, ContainerRef ref, String reason, String message, Duration again) {
        events.warning(pod, ref, "Failed", "Error: " + reason);
        return new Outcome.Missing(reason, message, again);
    }

    /** Forgets what is known for a Pod that is gone. */
    public void release(String podUid) {
        pulls.keySet().removeIf(key -> key.podUid().equals(podUid));
        lastFailure.keySet().removeIf(key -> key.startsWith(podUid));
        ends.keySet().removeIf(key -> {
            boolean mine = key.startsWith(podUid);
            if (mine) {
                synchronized (backoff) {
                    backoff.forget(key);
                }
            }
            return mine;
        });
    }
}
