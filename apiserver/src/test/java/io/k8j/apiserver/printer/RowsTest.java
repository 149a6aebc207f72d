package io.k8j.apiserver.printer;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.resource.GroupVersionKind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Shows objects in states that upstream puts into particular words. */
class RowsTest {
    private static final Instant NOW = Instant.parse("2024-01-01T00:10:00Z");

    record Case(String name, String apiVersion, String kind, String object, List<Object> cells) {}

    static List<Case> cases() {
        return List.of(
                pod(
                        "a pod that waits for its first init container",
                        "spec: {initContainers: [{name: i}], containers: [{name: c}]}",
                        "status: {phase: Pending, initContainerStatuses: [{name: i, state: {running: {}}}]}",
                        "0/1",
                        "Init:0/1",
                        "0"),
                pod(
                        "a pod that waits while its init container fails to pull",
                        "spec: {initContainers: [{name: i}], containers: [{name: c}]}",
                        "status: {phase: Pending, initContainerStatuses:"
                                + " [{name: i, state: {waiting: {reason: ImagePullBackOff}}}]}",
                        "0/1",
                        "Init:ImagePullBackOff",
                        "0"),
                pod(
                        "a running pod with a sidecar counts both",
                        "spec: {initContainers: [{name: s, restartPolicy: Always}], containers: [{name: c}]}",
                        "status: {phase: Running, initContainerStatuses: [{name: s, started: true, ready: true, state:"
                                + " {running: {}}}], containerStatuses: [{name: c, ready: true, state: {running: {}}}]}",
                        "2/2",
                        "Running",
                        "0"),
                pod(
                        "a pod that crashed five minutes ago",
                        "spec: {containers: [{name: c}]}",
                        "status: {phase: Running, containerStatuses: [{name: c, restartCount: 3, state: {waiting:"
                                + " {reason: CrashLoopBackOff}}, lastState: {terminated: {finishedAt:"
                                + " '2024-01-01T00:05:00Z'}}}]}",
                        "0/1",
                        "CrashLoopBackOff",
                        "3 (5m ago)"),
                pod(
                        "a pod whose container was killed by a signal",
                        "spec: {containers: [{name: c}]}",
                        "status: {phase: Failed, containerStatuses: [{name: c, state: {terminated: {signal: 9, exitCode:"
                                + " 137}}}]}",
                        "0/1",
                        "Signal:9",
                        "0"),
                pod(
                        "a pod with one of two containers completed is not ready",
                        "spec: {containers: [{name: a}, {name: b}]}",
                        "status: {phase: Running, containerStatuses: [{name: a, state: {terminated: {reason:"
                                + " Completed}}}, {name: b, ready: true, state: {running: {}}}]}",
                        "1/2",
                        "NotReady",
                        "0"),
                new Case(
                        "a cordoned node",
                        "v1",
                        "Node",
                        "{metadata: {name: n, creationTimestamp: '2024-01-01T00:00:00Z', labels: {node-role.kubernetes.io/b:"
                                + " '', kubernetes.io/role: a}}, spec: {unschedulable: true}, status: {conditions: [{type:"
                                + " Ready, status: 'True'}], nodeInfo: {kubeletVersion: v1}, addresses: [{type:"
                                + " InternalIP, address: 10.0.0.1}]}}",
                        List.of(
                                "n",
                                "Ready,SchedulingDisabled",
                                "a,b",
                                "10m",
                                "v1",
                                "10.0.0.1",
                                "<none>",
                                "<unknown>",
                                "<unknown>",
                                "<unknown>")),
                new Case(
                        "a load balancer without address",
                        "v1",
                        "Service",
                        "{metadata: {name: s, creationTimestamp: '2024-01-01T00:07:50Z'}, spec: {type: LoadBalancer,"
                                + " clusterIPs: [10.1.1.1], ports: [{port: 80, nodePort: 30000, protocol: TCP}],"
                                + " selector: {b: x, a: y}}}",
                        List.of("s", "LoadBalancer", "10.1.1.1", "<pending>", "80:30000/TCP", "2m10s", "a=y,b=x")),
                new Case(
                        "many endpoints",
                        "v1",
                        "Endpoints",
                        "{metadata: {name: e}, subsets: [{addresses: [{ip: 1.1.1.1}, {ip: 1.1.1.2}, {ip: 1.1.1.3},"
                                + " {ip: 1.1.1.4}], ports: [{port: 80}]}]}",
                        List.of("e", "1.1.1.1:80,1.1.1.2:80,1.1.1.3:80 + 1 more...", "<unknown>")),
                new Case(
                        "an autoscaler that knows nothing yet",
                        "autoscaling/v2",
                        "HorizontalPodAutoscaler",
                        "{metadata: {name: h}, spec: {scaleTargetRef: {kind: Deployment, name: d}, minReplicas: 2,"
                                + " maxReplicas: 5, metrics: [{type: Resource, resource: {name: cpu, target:"
                                + " {averageUtilization: 20}}}]}}",
                        List.of("h", "Deployment/d", "cpu: <unknown>/20%", "2", 5L, 0L, "<unknown>")),
                new Case(
                        "a gang of a workload",
                        "scheduling.k8s.io/v1alpha2",
                        "PodGroup",
                        "{metadata: {name: g, creationTimestamp: '2024-01-01T00:09:55Z'}, spec: {schedulingPolicy: {gang:"
                                + " {minCount: 2}}, podGroupTemplateRef: {workload: {workloadName: w}}}, status:"
                                + " {conditions: [{type: PodGroupScheduled, status: 'True'}]}}",
                        List.of("g", "Gang", "w", "Scheduled", "5s")),
                new Case(
                        "a group that is being disrupted",
                        "scheduling.k8s.io/v1alpha2",
                        "PodGroup",
                        "{metadata: {name: g}, spec: {schedulingPolicy: {basic: {}}}, status: {conditions: [{type:"
                                + " DisruptionTarget, status: 'True', reason: PreemptionByScheduler}, {type:"
                                + " PodGroupScheduled, status: 'False'}]}}",
                        List.of("g", "Basic", "<none>", "PreemptionByScheduler", "<unknown>")),
                new Case(
                        "a workload",
                        "scheduling.k8s.io/v1alpha2",
                        "Workload",
                        "{metadata: {name: w, creationTimestamp: '2024-01-01T00:07:50Z'}}",
                        List.of("w", "2m10s")),
                new Case(
                        "a quota",
                        "v1",
                        "ResourceQuota",
                        "{metadata: {name: q}, status: {hard: {pods: '4', limits.cpu: '2'}, used: {pods: '1'}}}",
                        List.of("q", "pods: 1/4", "limits.cpu: 0/2", "<unknown>")),
                new Case(
                        "an event with a series",
                        "v1",
                        "Event",
                        "{metadata: {name: e.1}, involvedObject: {kind: Pod, name: p}, type: Warning, reason: R,"
                                + " message: ' m ', eventTime: '2024-01-01T00:00:00.000000Z', series: {count: 7,"
                                + " lastObservedTime: '2024-01-01T00:09:00.000000Z'}, reportingComponent: c,"
                                + " reportingInstance: i}",
                        List.of("60s", "Warning", "R", "pod/p", "", "c, i", "m", "10m", 7L, "e.1")));
    }

    private static Case pod(String name, String spec, String status, String ready, String state, String restarts) {
        return new Case(
                name,
                "v1",
                "Pod",
                "{metadata: {name: p, creationTimestamp: '2024-01-01T00:09:55Z'}, " + spec + ", " + status + "}",
                List.of("p", ready, state, restarts, "5s", "<none>", "<none>", "<none>", "<none>"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void cellsAreUpstreams(Case c) {
        Map<String, Object> object = io.k8j.apiserver.Yaml.tree(c.object());
        assertThat(Printers.of(GroupVersionKind.of(c.apiVersion(), c.kind())).cells(object, NOW))
                .as(c.name())
                .isEqualTo(c.cells());
    }
}
