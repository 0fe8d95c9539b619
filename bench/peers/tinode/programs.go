//go:build programs

// Names the programs that the bench builds, so that go.sum pins all that they need.
package tinode

import (
	_ "github.com/tinode/chat/server"
	_ "github.com/tinode/chat/tinode-db"
)
