package io.k8j.apiserver.validation;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.Yaml;
import io.k8j.model.api.FieldError;
import io.k8j.model.resource.GroupVersionResource;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Refuses new objects of the kinds and fields that no recorded answer covers. */
class KindsValidationTest {
    record Case(String name, String resource, String object, String message) {}

    private static Case pod(String name, String spec, String message) {
        return new Case(
                name,
                "pods",
                "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: a}, spec: " + spec + "}",
                message);
    }

    static List<Case> pods() {
        return List.of(
                pod("a good pod", "{containers: [{name: c, image: i}]}", "[]"),
                pod(
                        "sidecars may have probes, other init containers not",
                        "{initContainers: [{name: s, image: i, restartPolicy: Always, readinessProbe: {tcpSocket: {port:"
                                + " 80}}}, {name: t, image: i, readinessProbe: {tcpSocket: {port: 80}}}], containers:"
                                + " [{name: c, image: i}]}",
                        "spec.initContainers[1].readinessProbe: Forbidden: may not be set for init containers without"
                                + " restartPolicy=Always"),
                pod(
                        "names across all containers differ",
                        "{initContainers: [{name: c, image: i}], containers: [{name: c, image: i}]}",
                        "spec.initContainers[0].name: Duplicate value: \"c\""),
                pod(
                        "ephemeral containers come later",
                        "{containers: [{name: c, image: i}], ephemeralContainers: [{name: e, image: i}]}",
                        "spec.ephemeralContainers: Forbidden: cannot be set on create"),
                pod(
                        "mounts need their volume",
                        "{containers: [{name: c, image: i, volumeMounts: [{name: v, mountPath: /x}]}]}",
                        "spec.containers[0].volumeMounts[0].name: Not found: \"v\""),
                pod(
                        "volumes need a source",
                        "{volumes: [{name: v, configMap: {}}], containers: [{name: c, image: i}]}",
                        "spec.volumes[0].configMap.name: Required value"),
                pod(
                        "environment variables have one source",
                        "{containers: [{name: c, image: i, env: [{name: A, value: x, valueFrom: {fieldRef: {fieldPath:"
                                + " metadata.name}}}]}]}",
                        "spec.containers[0].env[0].valueFrom: Invalid value: \"\": may not be specified when `value` is not"
                                + " empty"),
                pod(
                        "spreading needs a key and a way",
                        "{topologySpreadConstraints: [{maxSkew: 0, topologyKey: z, whenUnsatisfiable: X}], containers:"
                                + " [{name: c, image: i}]}",
                        "[spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero,"
                                + " spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: \"X\": supported"
                                + " values: \"DoNotSchedule\", \"ScheduleAnyway\"]"),
                pod(
                        "a hook may not sleep longer than the pod has",
                        "{terminationGracePeriodSeconds: 5, containers: [{name: c, image: i, lifecycle: {preStop: {sleep:"
                                + " {seconds: 6}}}}]}",
                        "spec.containers[0].lifecycle.preStop.sleep: Invalid value: 6: must be non-negative and less than"
                                + " terminationGracePeriodSeconds (5)"),
                pod(
                        "host ports collide",
                        "{containers: [{name: c, image: i, ports: [{containerPort: 1, hostPort: 9}, {containerPort: 2,"
                                + " hostPort: 9}]}]}",
                        "spec.containers[0].ports[1].hostPort: Duplicate value: \"TCP//9\""),
                pod(
                        "extended resources need equal limits",
                        "{containers: [{name: c, image: i, resources: {requests: {example.com/gpu: '1'}}}]}",
                        "spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable"
                                + " resources"));
    }

    static List<Case> others() {
        return List.of(
                new Case(
                        "autoscalers have a metric's target",
                        "horizontalpodautoscalers.autoscaling",
                        "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: h}, spec:"
                                + " {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: d}, minReplicas: 0, maxReplicas: 2, metrics:"
                                + " [{type: Resource, resource: {name: cpu, target: {type: Utilization}}}]}}",
                        "[spec.minReplicas: Invalid value: 0: must be greater than or equal to 1,"
                                + " spec.metrics[0].resource.target.averageUtilization: Required value: must set either a"
                                + " target raw value or a target utilization, spec.metrics: Forbidden: must specify at"
                                + " least one Object or External metric to support scaling to zero replicas]"),
                new Case(
                        "budgets have one bound",
                        "poddisruptionbudgets.policy",
                        "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: b}, spec: {minAvailable: 1,"
                                + " maxUnavailable: 101%}}",
                        "[spec: Invalid value: {\"MinAvailable\":1,\"Selector\":null,\"MaxUnavailable\":\"101%\","
                                + "\"UnhealthyPodEvictionPolicy\":null}: minAvailable and maxUnavailable cannot be both set,"
                                + " spec.maxUnavailable: Invalid value: \"101%\": must not be greater than 100%]"),
                new Case(
                        "schedules are read",
                        "cronjobs.batch",
                        "{apiVersion: batch/v1, kind: CronJob, metadata: {name: c}, spec: {schedule: '* * *', timeZone: X/Y,"
                                + " jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c,"
                                + " image: i}]}}}}}}",
                        "[spec.schedule: Invalid value: \"* * *\": expected exactly 5 fields, found 3: [* * *],"
                                + " spec.timeZone: Invalid value: \"X/Y\": unknown time zone X/Y]"),
                new Case(
                        "an indexed job knows how many",
                        "jobs.batch",
                        "{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {completionMode: Indexed, parallelism: 2, template:"
                                + " {spec: {containers: [{name: c, image: i}]}}}}",
                        "[spec.completions: Required value: when completion mode is Indexed,"
                                + " spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\","
                                + " \"Never\"]"),
                new Case(
                        "roles have verbs and resources",
                        "roles.rbac.authorization.k8s.io",
                        "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r}, rules: [{apiGroups:"
                                + " [''], nonResourceURLs: [/x]}]}",
                        "[rules[0].verbs: Required value: verbs must contain at least one value, rules[0].nonResourceURLs:"
                                + " Invalid value: [\"/x\"]: namespaced rules cannot apply to non-resource URLs,"
                                + " rules[0].nonResourceURLs: Invalid value: [\"/x\"]: rules cannot apply to both regular"
                                + " resources and non-resource URLs]"),
                new Case(
                        "slices have addresses of their type",
                        "endpointslices.discovery.k8s.io",
                        "{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: e}, addressType: IPv4,"
                                + " endpoints: [{addresses: ['::1']}, {addresses: [127.0.0.1]}]}",
                        "[endpoints[0].addresses: Invalid value: \"::1\": must be an IPv4 address, "
                                + "endpoints[0].addresses[0]: Invalid value: \"::1\": may not be in the loopback range (127.0.0.0/8, ::1/128),"
                                + " endpoints[1].addresses[0]: Invalid value: \"127.0.0.1\": may not be in the loopback range"
                                + " (127.0.0.0/8, ::1/128)]"),
                new Case(
                        "volumes need a source",
                        "persistentvolumes",
                        "{apiVersion: v1, kind: PersistentVolume, metadata: {name: v}, spec: {accessModes: [X], capacity:"
                                + " {storage: 1Gi}}}",
                        "[spec.accessModes: Unsupported value: \"X\": supported values: \"ReadOnlyMany\","
                                + " \"ReadWriteMany\", \"ReadWriteOnce\", \"ReadWriteOncePod\", spec: Required value: must"
                                + " specify a volume type]"),
                new Case(
                        "quotas count what can be counted",
                        "resourcequotas",
                        "{apiVersion: v1, kind: ResourceQuota, metadata: {name: q}, spec: {hard: {foo: '1', pods: 500m,"
                                + " count/jobs.batch: '2'}}}",
                        "[spec.hard[foo]: Invalid value: \"foo\": must be a standard resource type or fully qualified,"
                                + " spec.hard[foo]: Invalid value: \"foo\": must be a standard resource for quota,"
                                + " spec.hard[pods]: Invalid value: \"500m\": must be an integer]"),
                new Case(
                        "limits are in order",
                        "limitranges",
                        "{apiVersion: v1, kind: LimitRange, metadata: {name: l}, spec: {limits: [{type: Container, min: {cpu:"
                                + " '2'}, max: {cpu: '1'}}]}}",
                        "[spec.limits[0].min[cpu]: Invalid value: \"2\": min value 2 is greater than max value 1,"
                                + " spec.limits[0].defaultRequest[cpu]: Invalid value: \"1\": min value 2 is greater than"
                                + " default request value 1, spec.limits[0].default[cpu]: Invalid value: \"2\": min value 2 is"
                                + " greater than default value 1]"),
                new Case(
                        "paths are absolute",
                        "ingresses.networking.k8s.io",
                        "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i}, spec: {rules: [{http: {paths:"
                                + " [{path: /a/../b, pathType: Prefix, backend: {service: {name: s, port: {}}}}]}}]}}",
                        "[spec.rules[0].http.paths[0].path: Invalid value: \"/a/../b\": must not contain '/../',"
                                + " spec.rules[0].http.paths[0].backend: Required value: port name or number is required]"));
    }

    @ParameterizedTest
    @MethodSource({"pods", "others"})
    void refusesWithUpstreamsWords(Case c) {
        int dot = c.resource().indexOf('.');
        GroupVersionResource resource = dot < 0
                ? new GroupVersionResource("", "v1", c.resource())
                : new GroupVersionResource(
                        c.resource().substring(dot + 1), "v1", c.resource().substring(0, dot));
        assertThat(FieldError.aggregate(RecordedValidationTest.create(resource, Yaml.tree(c.object()))))
                .as(c.name())
                .isEqualTo(c.message());
    }
}
