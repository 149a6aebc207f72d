package io.k8j.apiserver.streaming;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpObject;
import io.netty.util.ReferenceCountUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Copies whatever arrives on one channel to another, as fast as the other takes it. */
class Splice extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Splice.class);

    private final Channel other;

    Splice(Channel other) {
        this.other = other;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpObject) {
            ReferenceCountUtil.release(message); // a codec on its way out ends its last message
            return;
        }
        Object sent = translate(context, message);
        if (sent == null) {
            return;
        }
        other.writeAndFlush(sent).addListener((ChannelFutureListener) written -> {
            if (!written.isSuccess()) {
                context.close();
            }
        });
        if (!other.isWritable()) {
            context.channel().config().setAutoRead(false);
        }
    }

    /** Gives what is sent for a received message, taking over its reference; null if nothing is. */
    Object translate(ChannelHandlerContext context, Object message) {
        return message;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        other.config().setAutoRead(context.channel().isWritable());
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent && other instanceof DuplexChannel duplex) {
            other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> duplex.shutdownOutput());
            return;
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (other.isActive()) {
            other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.atDebug().addKeyValue("cause", cause.toString()).log("stream failed");
        context.close();
    }
}
