package io.k8j.model;

import io.k8j.model.schema.Schema;
import io.k8j.model.schema.Schema.Field;
import io.k8j.model.schema.Schema.ListType;
import io.k8j.model.schema.Schema.Type;
import java.util.List;
import java.util.function.Supplier;

/** The parts of Deployment, Service and ConfigMap that merging and ownership care about, written by hand. */
public final class SampleSchemas {
    public static final Schema STRING = Schema.builder(Type.STRING).build();
    public static final Schema INTEGER =
            Schema.builder(Type.INTEGER).format("int32").build();
    public static final Schema BOOLEAN = Schema.builder(Type.BOOLEAN).build();
    public static final Schema QUANTITY = Schema.builder(Type.QUANTITY).build();
    public static final Schema ANY = Schema.builder(Type.ANY).build();
    public static final Schema STRINGS = map(STRING);

    private static final Schema META = object(
            "ObjectMeta",
            field("name", STRING),
            field("generateName", STRING),
            field("namespace", STRING),
            field("uid", STRING),
            field("resourceVersion", STRING),
            field("generation", INTEGER),
            field("creationTimestamp", STRING),
            field("labels", STRINGS),
            field("annotations", STRINGS),
            merged("finalizers", list(STRING, ListType.SET), null),
            merged(
                    "ownerReferences",
                    list(object("OwnerReference", field("uid", STRING), field("name", STRING)), ListType.MAP, "uid"),
                    "uid"),
            field("managedFields", list(ANY, ListType.ATOMIC)));

    private static final Schema ENV = object("EnvVar", field("name", STRING), field("value", STRING));

    private static final Schema PORT = object(
            "ContainerPort",
            field("name", STRING),
            field("containerPort", INTEGER),
            withDefault("protocol", STRING, "TCP"),
            field("hostPort", INTEGER));

    private static final Schema CONTAINER = object(
            "Container",
            field("name", STRING),
            field("image", STRING),
            field("args", list(STRING, ListType.ATOMIC)),
            merged("env", list(ENV, ListType.MAP, "name"), "name"),
            merged("ports", list(PORT, ListType.MAP, "containerPort", "protocol"), "containerPort"),
            field("resources", object("ResourceRequirements", field("limits", map(QUANTITY)))),
            field("imagePullPolicy", STRING),
            field("terminationMessagePath", STRING),
            field("terminationMessagePolicy", STRING));

    private static final Schema VOLUME = object(
            "Volume",
            field("name", STRING),
            field("emptyDir", object("EmptyDir", field("medium", STRING))),
            field("hostPath", object("HostPath", field("path", STRING), field("type", STRING))));

    private static final Schema POD_SPEC = object(
            "PodSpec",
            merged("containers", list(CONTAINER, ListType.MAP, "name"), "name"),
            new Field(
                    "volumes",
                    () -> list(VOLUME, ListType.MAP, "name"),
                    false,
                    "",
                    0,
                    List.of("merge", "retainKeys"),
                    "name",
                    null),
            field("restartPolicy", STRING),
            field("terminationGracePeriodSeconds", INTEGER),
            field("dnsPolicy", STRING),
            field("schedulerName", STRING),
            field("securityContext", object("PodSecurityContext", field("runAsUser", INTEGER))),
            field(
                    "tolerations",
                    list(object("Toleration", field("key", STRING), field("operator", STRING)), ListType.ATOMIC)),
            field(
                    "nodeSelector",
                    Schema.builder(Type.MAP).items(() -> STRING).atomic(true).build()));

    public static final Schema DEPLOYMENT = object(
            "Deployment",
            field("apiVersion", STRING),
            field("kind", STRING),
            field("metadata", META),
            field(
                    "spec",
                    object(
                            "DeploymentSpec",
                            field("replicas", INTEGER),
                            field("paused", BOOLEAN),
                            field("progressDeadlineSeconds", INTEGER),
                            field("revisionHistoryLimit", INTEGER),
                            field(
                                    "selector",
                                    Schema.builder(Type.OBJECT)
                                            .typeName("io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector")
                                            .field(field("matchLabels", STRINGS))
                                            .atomic(true)
                                            .build()),
                            new Field(
                                    "strategy",
                                    () -> object(
                                            "DeploymentStrategy",
                                            field("type", STRING),
                                            field(
                                                    "rollingUpdate",
                                                    object(
                                                            "RollingUpdateDeployment",
                                                            field("maxSurge", intOrString()),
                                                            field("maxUnavailable", intOrString())))),
                                    false,
                                    "",
                                    0,
                                    List.of("retainKeys"),
                                    null,
                                    null),
                            field(
                                    "template",
                                    object("PodTemplateSpec", field("metadata", META), field("spec", POD_SPEC))))),
            field("status", object("DeploymentStatus", field("replicas", INTEGER), field("phase", STRING))));

    public static final Schema CONFIG_MAP = object(
            "ConfigMap",
            field("apiVersion", STRING),
            field("kind", STRING),
            field("metadata", META),
            field("data", STRINGS),
            field("immutable", BOOLEAN));

    private SampleSchemas() {}

    public static Schema object(String name, Field... fields) {
        Schema.Builder builder = Schema.builder(Type.OBJECT).typeName("io.k8s.api.v1." + name);
        for (Field field : fields) builder.field(field);
        return builder.build();
    }

    public static Schema map(Schema items) {
        return Schema.builder(Type.MAP).items(() -> items).build();
    }

    public static Schema list(Schema items, ListType type, String... keys) {
        return Schema.builder(Type.LIST)
                .items(() -> items)
                .listType(type, List.of(keys))
                .build();
    }

    private static Schema intOrString() {
        return Schema.builder(Type.INT_OR_STRING).build();
    }

    public static Field field(String name, Schema schema) {
        Supplier<Schema> type = () -> schema;
        return new Field(name, type, false, "", 0, List.of(), null, null);
    }

    public static Field merged(String name, Schema schema, String mergeKey) {
        return new Field(name, () -> schema, false, "", 0, List.of("merge"), mergeKey, null);
    }

    public static Field withDefault(String name, Schema schema, Object value) {
        return new Field(name, () -> schema, false, "", 0, List.of(), null, value);
    }
}
