package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.cri.v1.CDIDevice;
import io.k8j.kubelet.cri.v1.ContainerConfig;
import io.k8j.kubelet.cri.v1.Image;
import io.k8j.kubelet.cri.v1.PodSandboxConfig;
import io.k8j.kubelet.pods.config.ContainerConfigs;
import io.k8j.kubelet.pods.config.ContainerFiles;
import io.k8j.kubelet.pods.config.EnvVars;
import io.k8j.kubelet.pods.config.SandboxConfigs;
import io.k8j.kubelet.pods.config.StartFailure;
import io.k8j.kubelet.pods.images.CrashBackoff;
import io.k8j.kubelet.pods.images.Images;
import io.k8j.kubelet.pods.images.StartClock;
import io.k8j.kubelet.pods.plan.RuntimePod;
import io.k8j.kubelet.pods.plan.RuntimePod.RuntimeContainer;
import io.k8j.kubelet.pods.plan.RuntimePod.Sandbox;
import io.k8j.kubelet.pods.plan.WholeRestart;
import io.k8j.kubelet.pods.spec.ContainerRef;
import io.k8j.kubelet.pods.spec.Fields;
import io.k8j.kubelet.pods.status.PodView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Starts containers of one Pod: back-off, image, configuration, create, start, postStart hook. Owned by its worker. */
final class Starter {
    /** Upstream looks again that often at a Pod that it could not bring to what it should be. */
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(10);

    private final PodContext context;
    private final StartClock clock;
    private final Runnable wake;
    private final Consumer<Duration> wakeAfter;
    private final CrashBackoff crashes = new CrashBackoff();
    private final Retries retries;
    private final Map<String, Map<String, Image>> images = new HashMap<>(); // by container; worker only
    private final Map<String, PodView.Waiting> waiting = new HashMap<>();
    private final Map<String, String> toldBackoffOf = new HashMap<>();
    private final Set<String> hooked = ConcurrentHashMap.newKeySet();
    private final Map<String, String> hookFailures = new ConcurrentHashMap<>();

    Starter(PodContext context, StartClock clock, Runnable wake, Consumer<Duration> wakeAfter) {
        this.context = context;
        this.clock = clock;
        this.wake = wake;
        this.wakeAfter = wakeAfter;
        this.retries = new Retries(context.time());
    }

    /** What kept containers from starting may be there now. Any thread. */
    void retryNow() {
        retries.clear();
    }

    /** Why containers that are to run do not, by name. */
    Map<String, PodView.Waiting> waiting() {
        return Map.copyOf(waiting);
    }

    /** Ids of containers whose postStart hook still runs. */
    Set<String> hooked() {
        return Set.copyOf(hooked);
    }

    /** Ids of containers whose postStart hook has failed, with why; each is told once. */
    Map<String, String> takeHookFailures() {
        Map<String, String> taken = Map.copyOf(hookFailures);
        taken.keySet().forEach(hookFailures::remove);
        return taken;
    }

    void hookFailed(String container, String why) {
        waiting.put(container, new PodView.Waiting("PostStartHookError", why));
    }

    /**
     * Starts a container, or notes why it cannot be started yet and when to try again.
     *
     * @return whether it was started
     */
    boolean start(
            Pod pod, ContainerRef ref, RuntimePod runtime, PodSandboxConfig sandboxConfig, Map<String, Path> volumes) {
        Sandbox sandbox = runtime.sandbox().orElseThrow();
        Optional<RuntimeContainer> last = runtime.latest(ref.name());
        Optional<Instant> end = last.filter(RuntimeContainer::exited).map(Starter::endOf);
        if (end.isPresent() && inBackoff(pod, ref, last.get(), end.get())) return false;
        Duration left = retries.left(ref.name());
        if (!left.isZero()) {
            wakeAfter.accept(left);
            return false;
        }
        Map<String, Image> images = images(pod, ref, sandboxConfig);
        if (images.isEmpty()) return false;
        context.podMetrics().containerStarts(ref.type());
        try {
            create(pod, ref, runtime, sandbox, sandboxConfig, images, volumes, end);
            waiting.remove(ref.name());
            return true;
        } catch (StartFailure e) {
            waiting.put(ref.name(), new PodView.Waiting(e.reason(), e.getMessage()));
            context.podMetrics().containerFailed(ref.type(), e.reason());
            context.events().warning(pod, ref, "Failed", "Error: " + e.getMessage());
            // A container that failed to start has ended, and its back-off says when to go on.
            if (e.reason().equals("RunContainerError")) wake.run();
            else retry(ref, AFTER_FAILURE);
            return false;
        }
    }

    /** The images of the container and its volumes, by their names; empty as long as one is not there. */
    private Map<String, Image> images(Pod pod, ContainerRef ref, PodSandboxConfig sandboxConfig) {
        // What has come waits for the others: asked for again, it might be pulled again.
        String key = ref.name() + " " + ref.container().getImage();
        Map<String, Image> there = images.computeIfAbsent(key, name -> new HashMap<>());
        List<ContainerRef> all = new ArrayList<>(ref.volumeImages(pod));
        all.add(ref);
        for (ContainerRef one : all) {
            if (there.containsKey(one.name())) continue;
            Optional<Image> image = image(pod, ref, one, sandboxConfig);
            if (image.isEmpty()) return Map.of();
            there.put(one.name(), image.get());
        }
        images.remove(key);
        return there;
    }

    /** The image of the container or of one of its volumes; empty if it is not there yet. */
    private Optional<Image> image(Pod pod, ContainerRef ref, ContainerRef wanted, PodSandboxConfig sandboxConfig) {
        return switch (context.images().ensure(pod, wanted, sandboxConfig, clock, wake)) {
            case Images.Outcome.Pulling() -> {
                waiting.remove(ref.name());
                yield Optional.empty();
            }
            case Images.Outcome.Missing(String reason, String message, Duration again) -> {
                waiting.put(ref.name(), new PodView.Waiting(reason, message));
                context.podMetrics().containerStarts(ref.type());
                context.podMetrics().containerFailed(ref.type(), reason);
                if (again != null) retry(ref, again.compareTo(AFTER_FAILURE) < 0 ? again : AFTER_FAILURE);
                yield Optional.empty();
            }
            case Images.Outcome.Present(Image image) -> Optional.of(image);
        };
    }

    private void retry(ContainerRef ref, Duration pause) {
        retries.after(ref.name(), pause);
        wakeAfter.accept(pause);
    }

    private static Instant endOf(RuntimeContainer container) {
        long nanos = container.status().getFinishedAt();
        return Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000);
    }

    private boolean inBackoff(Pod pod, ContainerRef ref, RuntimeContainer last, Instant end) {
        Duration left = crashes.remaining(
                ref.name(), end, context.time().instant(), context.time().nanoTime());
        if (left.isZero()) return false;
        String message = "back-off %s restarting failed container=%s pod=%s"
                .formatted(CrashBackoff.text(crashes.pause(ref.name())), ref.name(), ContainerConfigs.text(pod));
        waiting.put(ref.name(), new PodView.Waiting("CrashLoopBackOff", message));
        if (!last.id().equals(toldBackoffOf.put(ref.name(), last.id()))) {
            context.events()
                    .warning(
                            pod,
                            ref,
                            "BackOff",
                            "Back-off restarting failed container %s in pod %s"
                                    .formatted(ref.name(), ContainerConfigs.text(pod)));
        }
        wakeAfter.accept(left);
        return true;
    }

    private void create(
            Pod pod,
            ContainerRef ref,
            RuntimePod runtime,
            Sandbox sandbox,
            PodSandboxConfig sandboxConfig,
            Map<String, Image> images,
            Map<String, Path> volumes,
            Optional<Instant> end)
            throws StartFailure {
        int attempt = nextAttempt(pod, ref, runtime);
        List<String> ips = sandbox.ips();
        ContainerConfig config = configure(pod, ref, runtime, images, volumes, attempt, ips);
        end.ifPresent(at -> crashes.next(ref.name(), at));
        String id;
        try {
            id = context.runtime().createContainer(sandbox.id(), config, sandboxConfig);
        } catch (RuntimeFailure e) {
            throw new StartFailure("CreateContainerError", e.description());
        }
        context.events().normal(pod, ref, "Created", "Container created");
        var lifecycle = ref.container().getLifecycle();
        boolean hasHook = lifecycle != null && lifecycle.getPostStart() != null;
        if (hasHook) hooked.add(id);
        try {
            context.runtime().startContainer(id);
        } catch (RuntimeFailure e) {
            hooked.remove(id);
            throw new StartFailure("RunContainerError", e.description());
        }
        context.events().normal(pod, ref, "Started", "Container started");
        if (hasHook) runHook(pod, ref, id, ips.isEmpty() ? nodeIp() : ips.getFirst());
    }

    private String nodeIp() {
        return context.node().ips().isEmpty()
                ? "127.0.0.1"
                : context.node().ips().getFirst();
    }

    private void runHook(Pod pod, ContainerRef ref, String id, String podIp) {
        Thread.ofVirtual().name("post-start").start(() -> {
            String failure = context.actions()
                    .hook(
                            ref.container().getLifecycle().getPostStart(),
                            ContainerConfigs.text(pod),
                            ref.container(),
                            id,
                            podIp,
                            Duration.ZERO,
                            text -> {
                                context.nodeMetrics().hookFellBack();
                                context.events().warning(pod, "LifecycleHTTPFallback", text);
                            });
            if (!failure.isEmpty()) {
                context.events().warning(pod, ref, "FailedPostStartHook", "PostStartHook failed");
                hookFailures.put(id, failure);
            }
            hooked.remove(id);
            wake.run();
        });
    }

    /** Counts on from what the runtime knows; from the status if the runtime has forgotten. */
    private static int nextAttempt(Pod pod, ContainerRef ref, RuntimePod runtime) {
        Optional<RuntimeContainer> last = runtime.latest(ref.name());
        if (last.isPresent()) return last.get().attempt() + 1;
        if (pod.getStatus() == null) return 0;
        return Stream.of(pod.getStatus().getContainerStatuses(), pod.getStatus().getInitContainerStatuses())
                .flatMap(list -> ContainerRef.orEmpty(list).stream())
                .filter(status -> status.getName().equals(ref.name()))
                .filter(status -> status.getContainerID() != null
                        && !status.getContainerID().isEmpty())
                .map(status -> isCounted(status) ? status.getRestartCount() : status.getRestartCount() + 1)
                .findFirst()
                .orElse(0);
    }

    /** Whether the status counts the run that is to come. */
    private static boolean isCounted(ContainerStatus status) {
        return status.getState() != null
                && status.getState().getWaiting() != null
                && status.getLastState() != null
                && status.getLastState().getTerminated() != null
                && WholeRestart.REASON.equals(
                        status.getLastState().getTerminated().getReason());
    }

    private ContainerConfig configure(
            Pod pod,
            ContainerRef ref,
            RuntimePod runtime,
            Map<String, Image> images,
            Map<String, Path> volumes,
            int attempt,
            List<String> ips)
            throws StartFailure {
        List<String> podIps = SandboxConfigs.hostNetwork(pod) ? context.node().ips() : ips;
        Fields fields =
                new Fields(pod, podIps, context.node().ips(), context.node().allocatable());
        Map<String, String> env = new EnvVars(pod, context.objects(), fields, volumes).of(ref);
        ContainerFiles files = new ContainerFiles(pod, context.node());
        try {
            Files.createDirectories(
                    SandboxConfigs.logDirectory(pod, context.node()).resolve(ref.name()));
            Path message = files.messageFile(ref, attempt);
            Map<String, Image> volumeImages = new HashMap<>();
            ref.volumeImages(pod).forEach(volume -> volumeImages.put(volume.target(), images.get(volume.name())));
            var mounts = files.mounts(ref, volumes, volumeImages, env, podIps, message);
            String target =
                    runtime.latest(ref.target()).map(RuntimeContainer::id).orElse("");
            ContainerConfig config = ContainerConfigs.of(
                    pod,
                    ref,
                    new ContainerConfigs.Run(
                            attempt,
                            images.get(ref.name()),
                            env,
                            mounts,
                            message,
                            target,
                            context.node().memoryCapacity()));
            return withDevices(config, context.dynamicResources().devices(pod, ref.container()));
        } catch (IOException e) {
            throw StartFailure.config(e.getMessage());
        }
    }

    private static ContainerConfig withDevices(ContainerConfig config, List<String> names) {
        if (names.isEmpty()) return config;
        ContainerConfig.Builder more = config.toBuilder();
        names.forEach(name -> more.addCDIDevices(CDIDevice.newBuilder().setName(name)));
        return more.build();
    }
}
