package io.k8j.kubelet.dra;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.k8j.kubelet.dra.v1.Claim;
import io.k8j.kubelet.dra.v1.Device;
import io.k8j.kubelet.dra.v1.NodePrepareResourceResponse;
import io.k8j.kubelet.dra.v1.NodePrepareResourcesRequest;
import io.k8j.kubelet.dra.v1.NodePrepareResourcesResponse;
import io.k8j.kubelet.dra.v1.NodeUnprepareResourceResponse;
import io.k8j.kubelet.dra.v1.NodeUnprepareResourcesRequest;
import io.k8j.kubelet.dra.v1.NodeUnprepareResourcesResponse;
import io.k8j.kubelet.plugins.v1.InfoRequest;
import io.k8j.kubelet.plugins.v1.PluginInfo;
import io.k8j.kubelet.plugins.v1.RegistrationStatus;
import io.k8j.kubelet.plugins.v1.RegistrationStatusResponse;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A driver as it runs on a node, at one socket for all it does; each claim gets one device for the request {@code gpu}. */
final class PlayedDriver implements AutoCloseable {
    final List<String> calls = new CopyOnWriteArrayList<>();
    final List<RegistrationStatus> told = new CopyOnWriteArrayList<>();
    volatile String error = "";
    private final Path socket;
    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Server server;

    PlayedDriver(Path socket, String type, String name, String... versions) throws Exception {
        this.socket = socket;
        Files.createDirectories(socket.getParent());
        PluginInfo info = PluginInfo.newBuilder()
                .setType(type)
                .setName(name)
                .addAllSupportedVersions(List.of(versions))
                .build();
        this.server = NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelType(NioServerDomainSocketChannel.class)
                .bossEventLoopGroup(loop)
                .workerEventLoopGroup(loop)
                .addService(ServerServiceDefinition.builder("pluginregistration.Registration")
                        .addMethod(
                                method(
                                        "pluginregistration.Registration/GetInfo",
                                        InfoRequest.getDefaultInstance(),
                                        info),
                                ServerCalls.asyncUnaryCall((request, answer) -> {
                                    answer.onNext(info);
                                    answer.onCompleted();
                                }))
                        .addMethod(
                                method(
                                        "pluginregistration.Registration/NotifyRegistrationStatus",
                                        RegistrationStatus.getDefaultInstance(),
                                        RegistrationStatusResponse.getDefaultInstance()),
                                ServerCalls.asyncUnaryCall((request, answer) -> {
                                    told.add(request);
                                    answer.onNext(RegistrationStatusResponse.getDefaultInstance());
                                    answer.onCompleted();
                                }))
                        .build())
                .addService(service("k8s.io.kubelet.pkg.apis.dra.v1.DRAPlugin"))
                .addService(service("v1beta1.DRAPlugin"))
                .build()
                .start();
    }

    private ServerServiceDefinition service(String name) {
        return ServerServiceDefinition.builder(name)
                .addMethod(
                        method(
                                name + "/NodePrepareResources",
                                NodePrepareResourcesRequest.getDefaultInstance(),
                                NodePrepareResourcesResponse.getDefaultInstance()),
                        answering(this::prepare))
                .addMethod(
                        method(
                                name + "/NodeUnprepareResources",
                                NodeUnprepareResourcesRequest.getDefaultInstance(),
                                NodeUnprepareResourcesResponse.getDefaultInstance()),
                        answering(this::unprepare))
                .build();
    }

    private static <Q, A> io.grpc.ServerCallHandler<Q, A> answering(Function<Q, A> work) {
        return ServerCalls.asyncUnaryCall((request, answer) -> {
            answer.onNext(work.apply(request));
            answer.onCompleted();
        });
    }

    private static <Q extends Message, A extends Message> MethodDescriptor<Q, A> method(
            String name, Q request, A answer) {
        @SuppressWarnings("unchecked")
        A prototype = (A) answer.getDefaultInstanceForType();
        return MethodDescriptor.<Q, A>newBuilder()
                .setFullMethodName(name)
                .setType(MethodDescriptor.MethodType.UNARY)
                .setRequestMarshaller(ProtoUtils.marshaller(request))
                .setResponseMarshaller(ProtoUtils.marshaller(prototype))
                .build();
    }

    private NodePrepareResourcesResponse prepare(NodePrepareResourcesRequest request) {
        NodePrepareResourcesResponse.Builder answer = NodePrepareResourcesResponse.newBuilder();
        for (Claim claim : request.getClaimsList()) {
            calls.add("prepare " + claim.getName());
            answer.putClaims(
                    claim.getUid(),
                    NodePrepareResourceResponse.newBuilder()
                            .setError(error)
                            .addDevices(Device.newBuilder()
                                    .setPoolName("pool")
                                    .setDeviceName("gpu-0")
                                    .addRequestNames("gpu")
                                    .addCdiDeviceIds("example.com/gpu=" + claim.getName()))
                            .build());
        }
        return answer.build();
    }

    private NodeUnprepareResourcesResponse unprepare(NodeUnprepareResourcesRequest request) {
        NodeUnprepareResourcesResponse.Builder answer = NodeUnprepareResourcesResponse.newBuilder();
        for (Claim claim : request.getClaimsList()) {
            calls.add("unprepare " + claim.getName());
            answer.putClaims(
                    claim.getUid(),
                    NodeUnprepareResourceResponse.newBuilder().setError(error).build());
        }
        return answer.build();
    }

    @Override
    public void close() throws Exception {
        server.shutdownNow();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        Files.deleteIfExists(socket);
    }
}
