package io.k8j.kubelet.cri;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** gRPC calls by method name over one Unix socket; reconnects by itself. */
public final class GrpcCalls implements AutoCloseable {
    private static final int MAX_MESSAGE = 16 << 20;

    private final EventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("cri", true), NioIoHandler.newFactory());
    private final RuntimeMetrics metrics = new RuntimeMetrics();
    private final ManagedChannel channel;
    private final Map<String, MethodDescriptor<Message, Message>> methods = new ConcurrentHashMap<>();

    /** Connects on first use. */
    public GrpcCalls(Path socket) {
        // The authority is fixed because servers written in Go refuse a path as one.
        channel = NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .eventLoopGroup(loop)
                .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
                .overrideAuthority("localhost")
                .maxInboundMessageSize(MAX_MESSAGE)
                .usePlaintext()
                .build();
    }

    /**
     * Calls and waits for the answer, for as long as {@code timeout} if that is not zero.
     *
     * @param method such as {@code runtime.v1.RuntimeService/Version}
     * @throws RuntimeFailure if the other side refuses or does not answer
     */
    public <R extends Message> R call(String method, Message request, R prototype, Duration timeout) {
        CallOptions options = timeout.isZero()
                ? CallOptions.DEFAULT
                : CallOptions.DEFAULT.withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
        long begin = System.nanoTime();
        boolean ok = false;
        try {
            Message answer = ClientCalls.blockingUnaryCall(
                    channel, method(method, request, prototype, MethodDescriptor.MethodType.UNARY), options, request);
            @SuppressWarnings("unchecked") // the marshaller was made from the prototype
            R typed = (R) answer;
            ok = true;
            return typed;
        } catch (StatusRuntimeException e) {
            // A runtime that was restarted is to be found again at once, not after gRPC's growing pauses.
            if (e.getStatus().getCode() == Status.Code.UNAVAILABLE) channel.resetConnectBackoff();
            throw failure(e.getStatus(), e);
        } finally {
            metrics.called(method, ok, System.nanoTime() - begin);
        }
    }

    /** Counts the calls that were waited for. */
    RuntimeMetrics metrics() {
        return metrics;
    }

    /** Subscribes to a stream; {@code onEnd} gets the reason for its end, once. */
    <R extends Message> AutoCloseable stream(
            String method, Message request, R prototype, Consumer<R> onNext, Consumer<Status> onEnd) {
        ClientCall<Message, Message> call = channel.newCall(
                method(method, request, prototype, MethodDescriptor.MethodType.SERVER_STREAMING), CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    @SuppressWarnings("unchecked") // the marshaller was made from the prototype
                    public void onMessage(Message message) {
                        onNext.accept((R) message);
                        call.request(1);
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        onEnd.accept(status);
                    }
                },
                new Metadata());
        call.sendMessage(request);
        call.halfClose();
        call.request(1);
        return () -> call.cancel("closed", null);
    }

    private MethodDescriptor<Message, Message> method(
            String name, Message request, Message answer, MethodDescriptor.MethodType type) {
        return methods.computeIfAbsent(
                name,
                n -> MethodDescriptor.<Message, Message>newBuilder()
                        .setFullMethodName(n)
                        .setType(type)
                        .setRequestMarshaller(ProtoUtils.marshaller(request.getDefaultInstanceForType()))
                        .setResponseMarshaller(ProtoUtils.marshaller(answer.getDefaultInstanceForType()))
                        .build());
    }

    static RuntimeFailure failure(Status status, Throwable cause) {
        String words = status.getDescription() == null ? "" : status.getDescription();
        return new RuntimeFailure(status.getCode(), words, cause);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
