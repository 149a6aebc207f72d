/**
 * Pod networks of nodes.
 */
package io.k8j.controllers.nodeipam;
