/** How Curator's measures become a role's meters. No part of coordination. */
package dev.twinkeeper.curator.meters;
