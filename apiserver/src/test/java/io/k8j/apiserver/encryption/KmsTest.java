package io.k8j.apiserver.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.k8j.model.resource.GroupResource;
import io.k8j.model.time.SystemTime;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** KMS v2 with a plugin that is a real gRPC server on a Unix socket; it encrypts by turning bits. */
class KmsTest {
    private static final byte[] PLACE = "/registry/secrets/default/one".getBytes(StandardCharsets.UTF_8);
    private static final GroupResource SECRETS = new GroupResource("", "secrets");

    @TempDir
    Path directory;

    private final SystemTime time = new SystemTime();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private volatile String keyId = "kek-1";
    private volatile String healthz = "ok";
    private Server plugin;

    @BeforeEach
    void start() throws Exception {
        plugin = NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(directory.resolve("kms.sock")))
                .channelType(NioServerDomainSocketChannel.class)
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops)
                .addService(ServerServiceDefinition.builder(GrpcKmsService.SERVICE)
                        .addMethod(
                                method("Status"),
                                answering(
                                        "Status",
                                        request -> new WireFields.Writer()
                                                .add(1, "v2")
                                                .add(2, healthz)
                                                .add(3, keyId)))
                        .addMethod(
                                method("Encrypt"),
                                answering(
                                        "Encrypt",
                                        request -> new WireFields.Writer()
                                                .add(1, turned(request.bytes(1)))
                                                .add(2, keyId)
                                                .add(3, Map.of("turn.example.com", new byte[] {1}))))
                        .addMethod(method("Decrypt"), answering("Decrypt", request -> {
                            assertThat(request.text(3)).startsWith("kek-");
                            return new WireFields.Writer().add(1, turned(request.bytes(1)));
                        }))
                        .build())
                .build()
                .start();
    }

    @AfterEach
    void stop() {
        plugin.shutdownNow();
        loops.shutdownGracefully();
        time.close();
    }

    private static byte[] turned(byte[] bytes) {
        byte[] out = bytes.clone();
        for (int i = 0; i < out.length; i++) out[i] ^= 0x5a;
        return out;
    }

    private static MethodDescriptor<byte[], byte[]> method(String name) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setFullMethodName(GrpcKmsService.SERVICE + "/" + name)
                .setType(MethodDescriptor.MethodType.UNARY)
                .setRequestMarshaller(GrpcKmsService.Bytes.INSTANCE)
                .setResponseMarshaller(GrpcKmsService.Bytes.INSTANCE)
                .build();
    }

    private io.grpc.ServerCallHandler<byte[], byte[]> answering(
            String name, Function<WireFields, WireFields.Writer> answer) {
        return ServerCalls.asyncUnaryCall((request, observer) -> {
            calls.add(name);
            try {
                observer.onNext(answer.apply(WireFields.read(request)).bytes());
                observer.onCompleted();
            } catch (Exception e) {
                observer.onError(Status.INTERNAL.withDescription(e.getMessage()).asRuntimeException());
            }
        });
    }

    /** Opens with a timeout that a busy machine keeps: a plugin that misses the first one is asked again much later. */
    private Encryption open() {
        String text = "{kind: EncryptionConfiguration, apiVersion: apiserver.config.k8s.io/v1, resources: [{resources:"
                + " [secrets], providers: [{kms: {apiVersion: v2, name: turner, endpoint: 'unix://"
                + directory.resolve("kms.sock") + "', timeout: 60s}}]}]}";
        return Encryption.of(EncryptionFile.read("kms.yaml", text.getBytes(StandardCharsets.UTF_8)), time);
    }

    @Test
    void manyWritesNeedOneCallAndAnotherServerReadsThemWithOneMore() {
        byte[] stored;
        try (Encryption first = open()) {
            ValueTransformer values = first.forResource(SECRETS);
            for (int i = 0; i < 50; i++) values.seal(new byte[] {(byte) i}, PLACE);
            stored = values.seal("plain".getBytes(StandardCharsets.UTF_8), PLACE);
            assertThat(values.open(stored, PLACE).plain()).asString().isEqualTo("plain");
            assertThat(calls).containsExactly("Status", "Encrypt");
        }
        assertThat(new String(stored, StandardCharsets.ISO_8859_1))
                .startsWith("k8s:enc:kms:v2:turner:")
                .doesNotContain("plain");
        calls.clear();
        try (Encryption second = open()) {
            ValueTransformer values = second.forResource(SECRETS);
            assertThat(values.open(stored, PLACE).plain()).asString().isEqualTo("plain");
            assertThat(values.open(stored, PLACE).stale()).isFalse();
            assertThat(calls).containsExactly("Status", "Encrypt", "Decrypt");
        }
    }

    @Test
    void aNewKeyOfThePluginMakesOldValuesStale() {
        byte[] stored;
        try (Encryption before = open()) {
            stored = before.forResource(SECRETS).seal(new byte[] {1}, PLACE);
        }
        keyId = "kek-2";
        try (Encryption after = open()) {
            assertThat(after.forResource(SECRETS).open(stored, PLACE).stale()).isTrue();
        }
    }

    @Test
    void aPluginThatIsNotWellIsToldAndWritesAreRefused() {
        healthz = "no entropy";
        try (Encryption encryption = open()) {
            assertThat(encryption.check())
                    .contains("kms-provider-0: kmsv2 Provider turner is not healthy, error: got unexpected healthz"
                            + " status: no entropy");
            assertThatThrownBy(() -> encryption.forResource(SECRETS).seal(new byte[] {1}, PLACE))
                    .isInstanceOf(ValueException.class)
                    .hasMessage("got unexpected nil transformer");
        }
    }
}
