package io.k8j.kubelet.cri;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.k8j.kubelet.cri.v1.ContainerConfig;
import io.k8j.kubelet.cri.v1.ContainerMetadata;
import io.k8j.kubelet.cri.v1.ContainerState;
import io.k8j.kubelet.cri.v1.ContainerStatus;
import io.k8j.kubelet.cri.v1.PodSandboxConfig;
import io.k8j.kubelet.cri.v1.PodSandboxMetadata;
import io.k8j.kubelet.runtime.SimulatedRuntime;
import io.k8j.model.time.SystemTime;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ends of containers are noticed although their event is lost, or comes before the runtime shows the end. */
class LostEventsTest {
    private final SystemTime time = new SystemTime();
    private final SimulatedRuntime runtime = new SimulatedRuntime(time, "10.0.0.");

    @AfterEach
    void close() {
        time.close();
    }

    private String sandbox() {
        return runtime.runPodSandbox(
                PodSandboxConfig.newBuilder()
                        .setMetadata(
                                PodSandboxMetadata.newBuilder().setName("p").setUid("u"))
                        .build(),
                "");
    }

    private String startedContainer(String sandbox) {
        String id = runtime.createContainer(
                sandbox,
                ContainerConfig.newBuilder()
                        .setMetadata(ContainerMetadata.newBuilder().setName("c"))
                        .build(),
                PodSandboxConfig.getDefaultInstance());
        runtime.startContainer(id);
        return id;
    }

    @Test
    void whatChangesBetweenTwoLooksIsTold() {
        String sandbox = sandbox();
        String steady = startedContainer(sandbox);
        String ending = startedContainer(sandbox);
        StateLook before = StateLook.at(runtime);
        assertThat(before.changedBy(StateLook.at(runtime))).isEmpty();
        runtime.exit(ending, 1, "Error");
        String fresh = startedContainer(sandbox);
        StateLook after = StateLook.at(runtime);
        assertThat(before.changedBy(after)).containsExactlyInAnyOrder(ending, fresh);
        runtime.removeContainer(ending);
        runtime.stopPodSandbox(sandbox);
        assertThat(after.changedBy(StateLook.at(runtime))).contains(ending, sandbox, steady);
    }

    record Case(String name, ContainerState state, Status.Code failure, boolean over) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("its start is under way", ContainerState.CONTAINER_CREATED, null, false),
                new Case("it runs", ContainerState.CONTAINER_RUNNING, null, false),
                new Case("it has ended", ContainerState.CONTAINER_EXITED, null, true),
                new Case("the runtime has lost it", ContainerState.CONTAINER_UNKNOWN, null, true),
                new Case("it was removed", null, Status.Code.NOT_FOUND, true),
                new Case("the runtime is busy", null, Status.Code.DEADLINE_EXCEEDED, false));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void anEndCountsOnceTheRuntimeShowsIt(Case c) {
        assertThat(EventWatch.isOver(answering(c), "id")).isEqualTo(c.over());
    }

    private ContainerRuntime answering(Case c) {
        return (ContainerRuntime) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ContainerRuntime.class}, (proxy, method, arguments) -> {
                    if (method.getName().endsWith("Status") && c.failure() != null) {
                        throw new RuntimeFailure(c.failure(), "as the case wants", null);
                    }
                    if (method.getName().equals("containerStatus")) {
                        return ContainerStatus.newBuilder().setState(c.state()).build();
                    }
                    try {
                        return method.invoke(runtime, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void stoppingEndsAContainerForBothLooks() {
        String id = startedContainer(sandbox());
        StateLook before = StateLook.at(runtime);
        runtime.stopContainer(id, Duration.ZERO);
        assertThat(before.changedBy(StateLook.at(runtime))).containsExactly(id);
        assertThat(EventWatch.isOver(runtime, id)).isTrue();
    }
}
