package io.k8j.apiserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import io.k8j.apiserver.HttpTestServer;
import io.k8j.apiserver.Kinds;
import io.k8j.model.json.Json;
import io.k8j.model.proto.ProtobufCodec;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.resource.ResourceInfo;
import io.k8j.model.resource.ResourceRegistry;
import io.k8j.model.schema.Schema;
import io.k8j.model.schema.Schemas;
import io.kubernetes.client.proto.Meta;
import io.kubernetes.client.proto.Runtime;
import java.io.DataInputStream;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A client that has only the official protobuf messages creates, reads, lists, watches and deletes every built-in kind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProtobufClientTest {
    private static final String TYPE = "application/vnd.kubernetes.protobuf";
    private static final byte[] MAGIC = {'k', '8', 's', 0};

    private final Map<String, Descriptor> descriptors = new HashMap<>();
    private HttpTestServer server;
    private HttpClient client;

    @BeforeAll
    void start() throws Exception {
        server = new HttpTestServer();
        client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        fixture("/api/v1/namespaces", "{\"metadata\":{\"name\":\"rec\"}}");
        fixture("/api/v1/namespaces/rec/serviceaccounts", "{\"metadata\":{\"name\":\"default\"}}");
        for (String file : List.of(
                "V1",
                "V1Admissionregistration",
                "V1Apiextensions",
                "V1Apps",
                "V1Autoscaling",
                "V1Batch",
                "V1Certificates",
                "V1Coordination",
                "V1Discovery",
                "V1Events",
                "V1Flowcontrol",
                "V1Networking",
                "V1Node",
                "V1Policy",
                "V1Rbac",
                "V1Resource",
                "V1Scheduling",
                "V1Storage",
                "V2Autoscaling")) {
            FileDescriptor descriptor = (FileDescriptor) Class.forName("io.kubernetes.client.proto." + file)
                    .getMethod("getDescriptor")
                    .invoke(null);
            for (Descriptor message : descriptor.getMessageTypes()) {
                descriptors.put(
                        "io."
                                + message.getFullName()
                                        .replaceFirst("^k8s\\.io", "k8s")
                                        .replace("apiextensions_apiserver", "apiextensions-apiserver"),
                        message);
            }
        }
    }

    private void fixture(String path, String json) throws Exception {
        HttpRequest request = server.request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build();
        assertThat(client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode())
                .isEqualTo(201);
    }

    @AfterAll
    void stop() {
        client.close();
        server.close();
    }

    /** All kinds that are served by default, but API registration, for which the official client has no messages. */
    static List<Kinds.Sample> samples() {
        return Kinds.samples().stream()
                .filter(s -> !s.resource().startsWith("apiregistration.k8s.io/"))
                .filter(s -> info(s) != null)
                .toList();
    }

    private static ResourceInfo info(Kinds.Sample sample) {
        String[] part = sample.resource().split("/");
        return ResourceRegistry.builtIn()
                .resource(new GroupVersionResource(
                        part.length == 2 ? "" : part[0], part[part.length - 2], part[part.length - 1]));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everyKindComesAndGoesAsProtobuf(Kinds.Sample sample) throws Exception {
        String[] part = sample.resource().split("/");
        ResourceInfo info = info(sample);
        Schema schema = Schemas.kind(info.gvk());
        Descriptor type = descriptors.get(schema.typeName());
        assertThat(type).as(schema.typeName()).isNotNull();
        Map<String, Object> tree = Json.parseObject(sample.json().replace('\'', '"'));
        String path = (part.length == 2 ? "/api/v1" : "/apis/" + part[0] + "/" + part[1])
                + (info.namespaced() ? "/namespaces/rec/" : "/")
                + part[part.length - 1];

        DynamicMessage object = DynamicMessage.parseFrom(type, ProtobufCodec.message(schema, tree));
        Message made = answer(
                client.send(
                        protobuf(path)
                                .header("Content-Type", TYPE)
                                .POST(body(info, object))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray()),
                201,
                info.gvk().kind(),
                type);
        String name = nameOf(made);
        assertThat(nameOf(answer(get(path + "/" + name), 200, info.gvk().kind(), type)))
                .isEqualTo(name);
        assertThat(listed(get(path), info, type)).contains(name);
        assertThat(watched(path, name, type)).isEqualTo("ADDED " + name);
        HttpResponse<byte[]> gone = client.send(
                protobuf(path + "/" + name + "?propagationPolicy=Background")
                        .DELETE()
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        assertThat(gone.statusCode()).isEqualTo(200);
        assertThat(unknown(gone.body()).getTypeMeta().getKind())
                .isIn("Status", info.gvk().kind());
    }

    private HttpRequest.Builder protobuf(String path) {
        return server.request(path).header("Accept", TYPE);
    }

    private HttpResponse<byte[]> get(String path) throws Exception {
        return client.send(protobuf(path).build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static HttpRequest.BodyPublisher body(ResourceInfo info, Message object) {
        byte[] unknown = Runtime.Unknown.newBuilder()
                .setTypeMeta(Runtime.TypeMeta.newBuilder()
                        .setApiVersion(info.gvk().apiVersion())
                        .setKind(info.gvk().kind()))
                .setRaw(object.toByteString())
                .build()
                .toByteArray();
        byte[] all = Arrays.copyOf(MAGIC, MAGIC.length + unknown.length);
        System.arraycopy(unknown, 0, all, MAGIC.length, unknown.length);
        return HttpRequest.BodyPublishers.ofByteArray(all);
    }

    private static Runtime.Unknown unknown(byte[] bytes) throws Exception {
        assertThat(Arrays.copyOf(bytes, 4)).isEqualTo(MAGIC);
        return Runtime.Unknown.parseFrom(Arrays.copyOfRange(bytes, 4, bytes.length));
    }

    private static Message answer(HttpResponse<byte[]> response, int status, String kind, Descriptor type)
            throws Exception {
        Runtime.Unknown unknown = unknown(response.body());
        if (response.statusCode() != status) {
            assertThat(Meta.Status.parseFrom(unknown.getRaw()).getMessage()).isEqualTo("");
        }
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).contains(TYPE);
        assertThat(unknown.getTypeMeta().getKind()).isEqualTo(kind);
        return known(type, unknown.getRaw());
    }

    /** Parses with the official message and insists that it knows every field. */
    private static Message known(Descriptor type, ByteString raw) throws Exception {
        DynamicMessage message = DynamicMessage.parseFrom(type, raw);
        assertThat(message.getUnknownFields().asMap()).isEmpty();
        return message;
    }

    private static String nameOf(Message message) {
        FieldDescriptor metadata = message.getDescriptorForType().findFieldByName("metadata");
        Message meta = (Message) message.getField(metadata);
        return (String) meta.getField(meta.getDescriptorForType().findFieldByName("name"));
    }

    private List<String> listed(HttpResponse<byte[]> response, ResourceInfo info, Descriptor type) throws Exception {
        Descriptor list = type.getFile().findMessageTypeByName(type.getName() + "List");
        Message found = answer(response, 200, info.listKind(), list);
        List<?> items = (List<?>) found.getField(list.findFieldByName("items"));
        return items.stream().map(item -> nameOf((Message) item)).toList();
    }

    /** The first event about the object, as type and name; each event is a frame with its length in front. */
    private String watched(String path, String name, Descriptor type) throws Exception {
        HttpResponse<InputStream> response = client.send(
                server.request(path + "?watch=true&fieldSelector=metadata.name%3D" + name)
                        .header("Accept", TYPE + ";stream=watch," + TYPE)
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        assertThat(response.headers().firstValue("Content-Type")).contains(TYPE + ";stream=watch");
        try (DataInputStream in = new DataInputStream(response.body())) {
            Meta.WatchEvent event = Meta.WatchEvent.parseFrom(in.readNBytes(in.readInt()));
            Runtime.Unknown object = unknown(event.getObject().getRaw().toByteArray());
            return event.getType() + " " + nameOf(known(type, object.getRaw()));
        }
    }
}
