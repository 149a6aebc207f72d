package io.k8j.apiserver.encryption;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * KMS v2 over gRPC on a Unix socket.
 *
 * @see <a href="https://kubernetes.io/docs/tasks/administer-cluster/kms-provider/">KMS provider</a>, API v2
 */
final class GrpcKmsService implements KmsService {
    static final String SERVICE = "v2.KeyManagementService";

    private final EventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("kms", true), NioIoHandler.newFactory());
    private final ManagedChannel channel;
    private final Duration timeout;

    GrpcKmsService(Path socket, Duration timeout) {
        this.timeout = timeout;
        this.channel = NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .eventLoopGroup(loop)
                .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
                .overrideAuthority("localhost")
                .usePlaintext()
                .build();
    }

    @Override
    public Status status() {
        WireFields answer = call("Status", new byte[0]);
        return new Status(answer.text(1), answer.text(2), answer.text(3));
    }

    @Override
    public Encrypted encrypt(String uid, byte[] plain) {
        WireFields answer = call(
                "Encrypt", new WireFields.Writer().add(1, plain).add(2, uid).bytes());
        try {
            return new Encrypted(answer.bytes(1), answer.text(2), answer.map(3));
        } catch (IOException e) {
            throw new ValueException("rpc error: code = Internal desc = " + e.getMessage(), e);
        }
    }

    @Override
    public byte[] decrypt(String uid, Encrypted encrypted) {
        return call(
                        "Decrypt",
                        new WireFields.Writer()
                                .add(1, encrypted.ciphertext())
                                .add(2, uid)
                                .add(3, encrypted.keyId())
                                .add(4, encrypted.annotations())
                                .bytes())
                .bytes(1);
    }

    private WireFields call(String method, byte[] request) {
        MethodDescriptor<byte[], byte[]> descriptor = MethodDescriptor.<byte[], byte[]>newBuilder()
                .setFullMethodName(SERVICE + "/" + method)
                .setType(MethodDescriptor.MethodType.UNARY)
                .setRequestMarshaller(Bytes.INSTANCE)
                .setResponseMarshaller(Bytes.INSTANCE)
                .build();
        CallOptions options = CallOptions.DEFAULT
                .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .withWaitForReady();
        try {
            return WireFields.read(ClientCalls.blockingUnaryCall(channel, descriptor, options, request));
        } catch (StatusRuntimeException e) {
            channel.resetConnectBackoff();
            String words = e.getStatus().getDescription();
            throw new ValueException(
                    "rpc error: code = %s desc = %s"
                            .formatted(goCode(e.getStatus().getCode().name()), words == null ? "" : words),
                    e);
        } catch (IOException e) {
            throw new ValueException("rpc error: code = Internal desc = " + e.getMessage(), e);
        }
    }

    /** DEADLINE_EXCEEDED is DeadlineExceeded in Go. */
    private static String goCode(String name) {
        StringBuilder out = new StringBuilder();
        for (String word : name.split("_"))
            out.append(word.charAt(0)).append(word.substring(1).toLowerCase(java.util.Locale.ROOT));
        return out.toString();
    }

    @Override
    public void close() {
        channel.shutdownNow();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    /** Messages as they are on the wire. */
    enum Bytes implements MethodDescriptor.Marshaller<byte[]> {
        INSTANCE;

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
